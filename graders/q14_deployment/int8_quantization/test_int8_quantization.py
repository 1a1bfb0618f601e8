"""int8_quantization: what the integers stand for is worked out here, in float64; errors are measured against bounds."""

import numpy as np
import torch

from etude.grading import (
    TensorValue,
    as_array,
    assert_close,
    assert_dtype,
    assert_raises,
    assert_rules,
    assert_shape,
    assert_true,
    assert_type,
    assert_unchanged,
    check,
    entry,
    unpack,
)

STEP = 0.5 + 1e-3  # of the scale: half a step, plus the rounding of float32


@check("contract", points=2)
def test_quantized_parts(submission, rng):
    """`quantize` gives int8 of the same shape, a Python float and a Python int in range."""
    for shape in ((40,), (3, 4, 5)):
        x = normal(rng, *shape) + rng.normal()
        q, scale, _ = quantized(submission, x)
        assert_shape(q, shape)
        assert_true(scale > 0, "the scale is not positive", returned=scale)
        assert_close(scale, true_scale(x), tol=0.5, relative=True, help="255 steps cover the range.")


@check("correctness", points=2)
def test_scale(submission, rng):
    """The scale is a 255th of the range, which always holds 0."""
    help = "Widen the range to hold 0 before you divide: max(x, 0) - min(x, 0)."
    for x in mixed(rng):
        _, scale, _ = quantized(submission, x)
        assert_close(scale, true_scale(x), tol=1e-6, relative=True, help=help)


@check("correctness", points=2)
def test_dequantize(submission, rng):
    """`dequantize` gives scale * (q - zero_point) as float32, at the ends of the range too."""
    help = "Leave int8 before you subtract: 127 - (-128) does not fit."
    for zero_point in (int(rng.integers(-50, 50)), -128, 127):
        q = np.concatenate([rng.integers(-128, 128, size=10), [-128, 127]]).astype(np.int8).reshape(3, 4)
        scale = float(rng.uniform(0.01, 3.0))
        found = submission.dequantize(torch.from_numpy(q), scale, zero_point)
        wanted = scale * (q.astype(np.float64) - zero_point)
        assert_close(found, wanted, dtype="float32", tol=1e-6, help=help)


@check("correctness", points=3, depends_on="test_quantized_parts")
def test_half_a_step(submission, rng):
    """Every value is kept within half a step."""
    help = "Round to the nearest integer, add the zero point, clamp to [-128, 127], and only then convert to int8."
    for x in mixed(rng):
        assert_kept(submission, x, help)
        assert_kept(submission, x.double(), help)


@check("correctness", points=1, depends_on="test_half_a_step")
def test_zero_is_exact(submission, rng):
    """0.0 becomes the zero point, and comes back as 0.0."""
    help = "Round x / scale first and add a zero point that is an integer already."
    for x in mixed(rng):
        x[::4] = 0.0
        q, scale, zero_point = quantized(submission, x)
        zeros = as_array(q)[::4].astype(np.float64)
        assert_close(zeros, np.full(zeros.shape, zero_point), tol=0.0, help=help)
        back = submission.dequantize(torch.from_numpy(np.array(as_array(q))), scale, zero_point)
        assert_shape(back, tuple(x.shape))
        assert_close(as_array(back)[::4], np.zeros(zeros.shape), tol=0.0, help=help)


@check("stability", points=1, depends_on=("test_half_a_step", "test_dequantize"))
def test_constant_tensors(submission, rng):
    """Constant, 0-d and all-zero tensors work."""
    help = "Where all values are 0 the range is empty: the scale is then 1.0."
    value = float(rng.uniform(1.0, 5.0))
    for x in (torch.full((3, 2), value), torch.full((4,), -value), torch.tensor(value), torch.tensor([[-value]])):
        assert_kept(submission, x, help)
    for shape in ((3, 2), ()):
        q, scale, zero_point = quantized(submission, torch.zeros(shape))
        assert_close(scale, 1.0, tol=0.0, help=help)
        assert_shape(q, shape)
        back = submission.dequantize(torch.from_numpy(np.array(as_array(q))), scale, zero_point)
        assert_close(back, np.zeros(shape), tol=0.0, help=help)


@check("stability", points=1, depends_on="test_half_a_step")
def test_large_and_small(submission, rng):
    """Values of the size 1e-20 and 1e20 are kept as well as others."""
    for size in (1e-20, 1e20):
        help = "No epsilon is needed: only a scale of exactly 0 has to be replaced."
        assert_kept(submission, (normal(rng, 50) * size).float(), help)


@check("contract", points=1, depends_on="test_half_a_step")
def test_requires_grad(submission, rng):
    """A tensor that requires gradients is quantised without them."""
    x = (normal(rng, 20) + 1).float()
    q, scale, zero_point = parts(submission.probe.quantize(x.clone().requires_grad_()))
    assert_shape(q, (20,))
    error = np.abs(scale * (as_array(q).astype(np.float64) - zero_point) - x.double().numpy()).max()
    assert_true(error <= STEP * true_scale(x), "the values are not kept", help="Detach x first.")


@check("contract", points=1, depends_on="test_half_a_step")
def test_transposed(submission, rng):
    """A tensor that is not contiguous is quantised like any other."""
    x = (normal(rng, 6, 4) + 1).float()
    q, scale, zero_point = parts(submission.probe.quantize_transposed(x))
    help = "view(-1) refuses a transposed matrix; reshape(-1), or no change of shape at all, takes it."
    assert_shape(q, (4, 6), help=help)
    error = np.abs(scale * (as_array(q).astype(np.float64) - zero_point) - x.T.double().numpy()).max()
    assert_true(error <= STEP * true_scale(x), "the values are not kept", help=help)


@check("contract", points=2)
def test_buffers(submission, rng):
    """`weight_q` is int8 and `scale` has one float a row, both registered; their product is the weight."""
    help = "register_buffer: weight_q (out, in) as int8, and scale (out,) or (out, 1), the step between two integers."
    for outputs in (10, 1):
        weight, bias = layer(rng, 30, outputs)
        weight_q, scale = registered(submission, weight, bias, help)
        assert_true(scale.shape in ((outputs,), (outputs, 1)), "scale has another shape", returned=str(scale.shape))
        assert_true(scale.dtype.kind == "f", "scale is not float", returned=str(scale.dtype), help=help)
        assert_within(weight_q.astype(np.float64) * scale.reshape(-1, 1), weight.double().numpy(), 0.02, help)


@check("contract", points=1, depends_on="test_buffers")
def test_symmetric(submission, rng):
    """No weight becomes -128."""
    weight, bias = layer(rng, 30, 10)
    weight[:, 3] = -weight.abs().amax(1) * 1.2  # the largest magnitude is negative
    weight_q, _ = registered(submission, weight, bias)
    help = "The largest magnitude of a row becomes 127, or -127: its scale is a 127th of it."
    assert_true(weight_q.min() >= -127, "the weights go beyond -127", returned=weight_q.min(), wanted=-127, help=help)


def registered(submission, weight, bias, help=None):
    """The buffers weight_q, which is int8 and of the weight's shape, and scale."""
    found = submission.probe.buffers(weight, bias)
    weight_q = entry(found, "weight_q", help=help)
    assert_dtype(weight_q, "int8", help=help)
    assert_shape(weight_q, tuple(weight.shape), help=help)
    return as_array(weight_q), as_array(entry(found, "scale", help=help))


@check("correctness", points=3, depends_on="test_buffers")
def test_layer(submission, rng):
    """The layer's results are within 1 % of the float layer's, with and without bias."""
    help = "y = x @ (scale * weight_q).T + bias, with scale = max|row| / 127 and weights rounded to the nearest."
    for inputs, with_bias in ((1024, False), (300, True), (16, True)):
        weight, bias = layer(rng, inputs, 64, with_bias)
        x = normal(rng, 128, inputs).float()
        assert_within(submission.probe.forward(weight, bias, x), linear(weight, bias, x), 0.01, help)


@check("correctness", points=1, depends_on="test_layer")
def test_bias(submission, rng):
    """The bias stays float: at input 0 it is the result."""
    weight, bias = layer(rng, 20, 9)
    help = "Keep the bias as it is, in float, and add it last."
    assert_close(submission.probe.forward(weight, bias, torch.zeros(2, 20)), bias.expand(2, 9), help=help)


@check("correctness", points=2, depends_on="test_buffers")
def test_scale_of_each_row(submission, rng):
    """Rows a thousand times smaller than others keep their accuracy."""
    weight, _ = layer(rng, 200, 12)
    weight[::2] *= 1e-3
    weight[1] *= 30
    x = normal(rng, 128, 200).float()
    found, wanted = submission.probe.forward(weight, None, x), linear(weight, None, x)
    assert_shape(found, wanted.shape)
    for row in range(12):
        help = "Take the largest magnitude of each row (dim=1), not of the whole matrix nor of each column."
        assert_within(as_array(found)[:, row], wanted[:, row], 0.02, help)


@check("contract", points=1, depends_on="test_buffers")
def test_buffers_detached(submission, rng):
    """The buffers hold no graph that keeps the float weights alive."""
    found = submission.probe.buffers(*layer(rng, 12, 4))
    for name in ("weight_q", "scale"):
        tensor = entry(found, name)
        free = isinstance(tensor, TensorValue) and not (tensor.requires_grad or tensor.has_grad_fn)
        assert_true(free, f"{name} requires gradients", help="Detach linear.weight before you compute with it.")


@check("correctness", points=2, depends_on="test_layer")
def test_state_dict(submission, rng):
    """A layer that loads another one's state_dict gives the other one's results."""
    help = "All that forward needs is registered, buffers or parameters, and forward uses no other copy of it."
    for with_bias in (True, False):
        one, other = layer(rng, 100, 40, with_bias), layer(rng, 100, 40, with_bias)
        x = normal(rng, 128, 100).float()
        assert_within(submission.probe.other_state(one, other, x), linear(*other, x), 0.01, help)


@check("contract", points=1, depends_on="test_state_dict")
def test_bytes(submission, rng):
    """The state_dict of 256 inputs and outputs takes under 30 % of the float layer's bytes."""
    weight, bias = layer(rng, 256, 256)
    state = submission.probe.state(weight, bias)
    help = "Save int8 weights, a scale a row and the bias: no float copy of the weights."
    for name in ("weight_q", "scale"):
        entry(state, name, help=help)
    sizes = {str(name): as_array(value).nbytes for name, value in state.items()}
    most = 0.3 * 4 * 256 * 257
    assert_true(sum(sizes.values()) < most, "too many bytes", returned=str(sizes)[:200], wanted=f"< {most}", help=help)


@check("stability", points=1, depends_on="test_layer")
def test_row_of_zeros(submission, rng):
    """Rows of zeros give the bias, and leave the other rows alone."""
    weight, bias = layer(rng, 50, 8)
    weight[[1, 4]] = 0.0
    x = normal(rng, 64, 50).float()
    found, wanted = submission.probe.forward(weight, bias, x), linear(weight, bias, x)
    help = "The scale of such a row must not be 0: any other number does."
    assert_within(found, wanted, 0.01, help)
    assert_close(as_array(found)[:, [1, 4]], wanted[:, [1, 4]], tol=1e-6, help=help)


@check("contract", points=1, depends_on="test_layer")
def test_input_shapes(submission, rng):
    """Inputs may have any leading shape, and one output is enough."""
    for outputs, shape in ((5, (2, 3, 60)), (5, (60,)), (1, (40, 60))):
        weight, bias = layer(rng, 60, outputs)
        bias *= 30
        x = normal(rng, *shape).float()
        help = "Like nn.Linear: (..., in) becomes (..., out)."
        found, wanted = submission.probe.forward(weight, bias, x), linear(weight, bias, x)
        assert_within(found, wanted, 0.02, help)


@check("contract", points=1, depends_on="test_layer")
def test_dtypes(submission, rng):
    """Results have the dtype of the layer and its input: float32 or float64."""
    for dtype in (torch.float32, torch.float64):
        weight, bias = layer(rng, 40, 30, dtype=dtype)
        x = normal(rng, 64, 40).to(dtype)
        found = submission.probe.forward(weight, bias, x)
        help = "Let scale and the product follow the input's dtype."
        assert_within(found, linear(weight, bias, x), 0.01, help)
        assert_dtype(found, dtype, help=help)


@check("gradient", points=1, depends_on="test_layer")
def test_gradient(submission, rng):
    """Gradients flow to the input, as through the float layer."""
    weight, bias = layer(rng, 60, 50)
    x, cotangent = normal(rng, 20, 60).float(), normal(rng, 20, 50).float()
    help = "The weights are constants, x is not: no no_grad in forward, and x is not rounded."
    wanted = cotangent.double().numpy() @ weight.double().numpy()
    assert_within(submission.probe.gradient(weight, bias, x, cotangent), wanted, 0.02, help)


@check("errors", points=1, depends_on="test_half_a_step")
def test_tensor_not_finite(submission, rng):
    """`quantize` refuses NaN and infinite values."""
    for bad in (np.nan, np.inf, -np.inf):
        x = normal(rng, 3, 4).float()
        x[tuple(rng.integers(0, 3, size=2))] = bad
        assert_raises(ValueError, submission.quantize, x, help="torch.isfinite(x).all() before anything else.")


@check("errors", points=1, depends_on="test_layer")
def test_layer_not_finite(submission, rng):
    """`from_float` refuses NaN and infinite values in weight and bias."""
    for bad in (np.nan, np.inf, -np.inf):
        for position in (0, 1):
            tensors = layer(rng, 6, 4)
            tensors[position].view(-1)[int(rng.integers(0, 4))] = bad
            assert_raises(ValueError, submission.probe.buffers, *tensors, help="Look at weight and bias.")


@check("rules", points=1, depends_on=("test_half_a_step", "test_layer"))
def test_from_scratch(submission, rng):
    """Nothing of torch's own quantisation is used."""

    def run(watched):
        x = normal(rng, 5, 6).float()
        watched.probe.quantize(x)
        watched.dequantize(torch.ones(3, dtype=torch.int8), 0.5, 3)
        watched.probe.use(*layer(rng, 6, 4), x)

    assert_rules(submission, run)


@check("contract", points=1, depends_on="test_layer")
def test_float_layer_unchanged(submission, rng):
    """The float layer is as before."""
    weight, bias = layer(rng, 12, 6)
    found = submission.probe.float_layer_afterwards(weight, bias)
    help = "Work on detached copies: div_, round_ and clamp_ write into the caller's weights."
    assert_close(entry(found, "weight"), weight, tol=0.0, help=help)
    assert_close(entry(found, "bias"), bias, tol=0.0, help=help)
    flags = repr(entry(found, "requires_grad"))
    assert_true(flags == "[True, False]", "requires_grad was changed", returned=flags, help=help)


@check("contract", points=1, depends_on=("test_half_a_step", "test_layer"), testimony=True)
def test_side_effects(submission, rng):
    """Arguments, settings and generators are left alone, and nothing is printed."""
    x = normal(rng, 4, 6).float() * 3
    for values in (x, x.double()):  # double() is no copy of a float64 tensor
        assert_unchanged(submission.quantize, values)
    assert_unchanged(submission.dequantize, torch.tensor([5, -100], dtype=torch.int8), 0.25, 3)
    assert_unchanged(submission.probe.use, *layer(rng, 6, 4), x, draws=True)


def normal(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def mixed(rng):
    """Tensors with values on both sides of 0, and on one side only."""
    x = normal(rng, 29, 7).float()
    shift, size = rng.uniform(0.1, 0.4), rng.uniform(0.5, 2.0)
    # every half step, and ends that are no whole steps
    spreads = [size * torch.linspace(-100 - part, 155 - part, 511) for part in (shift, 1 - shift)]
    ties = torch.arange(-99.5, 156, 0.5) * 2.0 ** int(rng.integers(-3, 3))  # both ends lie between two integers
    return [x, x + shift, x.abs() + 3, -x.abs() - 5, *spreads, ties]


def true_scale(x):
    x = x.double()
    return (max(x.max().item(), 0.0) - min(x.min().item(), 0.0)) / 255 or 1.0


def parts(value):
    """q, scale and zero_point of the right types, q as it came."""
    q, scale, zero_point = unpack(value, 3, what="(q, scale, zero_point)")
    assert_dtype(q, "int8")
    assert_type(scale, float, help="Call .item(), or compute with Python floats.")
    assert_type(zero_point, int, help="Round to a Python int.")
    assert_true(-128 <= zero_point <= 127, "the zero point is out of range", returned=zero_point, wanted="int8")
    return q, scale, zero_point


def quantized(submission, x):
    return parts(submission.quantize(x))


def assert_kept(submission, x, help):
    """Scale as it should be, and every value within half a step."""
    q, scale, zero_point = quantized(submission, x)
    step = true_scale(x)
    assert_shape(q, tuple(x.shape), help=help)
    back = step * (as_array(q).astype(np.float64) - zero_point)
    error = np.abs(back - x.double().numpy()).max() / step
    assert_true(
        error <= STEP, "a value is off by more than half a step", returned=f"{error:.3g} steps", wanted=0.5, help=help
    )
    assert_close(scale, step, tol=1e-6, relative=True, help=help)


def layer(rng, inputs, outputs, with_bias=True, dtype=torch.float32):
    weight = normal(rng, outputs, inputs) / np.sqrt(inputs)
    return weight.to(dtype), normal(rng, outputs).to(dtype) if with_bias else None


def linear(weight, bias, x):
    """The float layer's results, in float64."""
    y = x.double().numpy() @ weight.double().numpy().T
    return y if bias is None else y + bias.double().numpy()


def assert_within(found, wanted, most, help):
    assert_shape(found, wanted.shape, help=help)
    error = np.linalg.norm(as_array(found).astype(np.float64) - wanted) / np.linalg.norm(wanted)
    assert_true(
        error <= most, "the error is too large", returned=f"{error:.2%}", wanted=f"at most {most:.0%}", help=help
    )
