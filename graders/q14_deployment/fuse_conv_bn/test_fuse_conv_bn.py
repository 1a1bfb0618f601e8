"""fuse_conv_bn on convolutions and norms with secret values, against torch's conv2d and batch_norm in float64."""

import numpy as np
import torch
from torch.nn import functional

from etude.grading import assert_close, assert_raises, assert_rules, assert_true, check, entry


@check("correctness", points=3)
def test_values(submission, rng):
    """The fused convolution gives what the norm makes of the convolution's results."""
    for channels in ((3, 5), (4, 2)):
        help = "Scale each output channel's kernel by weight / sqrt(running_var + eps), and put the rest into the bias."
        assert_fused(submission, rng, case(rng, *channels), help)


@check("correctness", points=2)
def test_conv_bias(submission, rng):
    """The convolution's own bias goes through the norm."""
    help = "The norm acts on the bias as well: it becomes (bias - running_mean) * scale + bn.bias."
    assert_fused(submission, rng, case(rng, bias=True), help)


@check("correctness", points=2)
def test_without_affine(submission, rng):
    """A norm without learnt weights is folded too, with and without the convolution's bias."""
    help = "With affine=False bn.weight and bn.bias are None: they count as 1 and 0."
    for bias in (False, True):
        assert_fused(submission, rng, case(rng, bias=bias, bn={"affine": False}), help)


@check("correctness", points=1)
def test_eps(submission, rng):
    """The norm's own eps counts."""
    help = "Take bn.eps, inside the square root: sqrt(running_var + bn.eps)."
    for eps in (rng.uniform(0.1, 0.5), rng.uniform(1e-3, 2e-3)):
        assert_fused(submission, rng, case(rng, bn={"eps": float(eps)}), help)


@check("correctness", points=2)
def test_stride_and_padding(submission, rng):
    """Stride and padding are kept: numbers, pairs and "same"."""
    help = "Hand conv.stride and conv.padding on as they are: pairs (height, width), or a word."
    for settings in (
        {"stride": 2, "padding": 1},
        {"kernel_size": (3, 2), "stride": (1, 3), "padding": (2, 0)},
        {"padding": "same"},
    ):
        assert_fused(submission, rng, case(rng, **settings), help)


@check("correctness", points=1)
def test_dilation(submission, rng):
    """Dilation is kept, also where "same" pads by it."""
    same = {"kernel_size": (3, 5), "dilation": (1, 2), "padding": "same"}
    for settings in ({"dilation": 2}, {"dilation": (1, 3), "padding": (1, 3)}, same):
        assert_fused(submission, rng, case(rng, **settings), "Hand conv.dilation on.")


@check("correctness", points=2)
def test_padding_mode(submission, rng):
    """The padding mode is kept: reflected, replicated and circular borders."""
    for mode in ("reflect", "replicate", "circular"):
        settings = {"padding": (1, 2), "padding_mode": mode}
        assert_fused(submission, rng, case(rng, **settings), "Hand conv.padding_mode on: zeros is only the default.")


@check("correctness", points=2)
def test_groups(submission, rng):
    """Groups are kept, one channel a group included."""
    for inputs, outputs, groups in ((4, 6, 2), (3, 3, 3), (3, 6, 3)):
        help = "Hand conv.groups on; output channels are the weight's first dimension, with groups too."
        assert_fused(submission, rng, case(rng, inputs, outputs, groups=groups), help)


@check("contract", points=2)
def test_one_convolution(submission, rng):
    """What comes back is one nn.Conv2d: its weight, bias and settings alone give the results."""
    drawn = case(rng, 4, 6, kernel_size=(2, 3), bias=True, groups=2, stride=(2, 1), padding=(0, 2), dilation=(1, 2))
    x = images(rng, drawn)
    parts = submission.probe.parts(drawn)
    help = "Return a new nn.Conv2d: neither a pair of layers nor a function that calls both."
    assert_same(entry(parts, "kind"), "Conv2d", "the result is no nn.Conv2d", help)
    for name in ("stride", "padding", "dilation", "groups"):
        assert_same(entry(parts, name), drawn["conv"][name], f"{name} is another", help)
    values = drawn["conv_values"]
    scale, shift = folded(drawn)
    bias = entry(parts, "bias")
    assert_close(entry(parts, "weight"), values["weight"] * scale.reshape(-1, 1, 1, 1), dtype="float64", help=help)
    assert_close(bias, shift, dtype="float64", help=help)
    assert_close(submission.probe.run(drawn, x), oracle(drawn, x), dtype="float64", help=help)


@check("contract", points=1)
def test_float32(submission, rng):
    """float32 layers give a float32 convolution."""
    help = "Create the new convolution with conv.weight's dtype and device."
    for bias in (False, True):
        assert_fused(submission, rng, case(rng, bias=bias, dtype="float32"), help)


@check("stability", points=1, depends_on="test_values")
def test_extreme_statistics(submission, rng):
    """Running variances of 0 and weights that are 0 or negative are folded like any others."""
    drawn = case(rng, 3, 6, bias=True)
    drawn["bn_values"]["running_var"][:3] = 0.0
    drawn["bn_values"]["weight"] = torch.tensor([1.5, -1.0, 0.0, 0.0, -2.0, 0.5]).double() * rng.uniform(0.5, 1.5)
    assert_fused(submission, rng, drawn, "The sign of bn.weight counts, and eps keeps the square root away from 0.")


@check("gradient", points=1, depends_on="test_values")
def test_gradient(submission, rng):
    """Gradients flow through the fused convolution to x."""
    drawn = case(rng, 3, 4, bias=True, padding=1)
    x = images(rng, drawn)
    leaf = x.clone().requires_grad_()
    y = oracle(drawn, leaf)
    cotangent = normal(rng, *y.shape)
    (wanted,) = torch.autograd.grad((y * cotangent).sum(), leaf)
    help = "Leave forward to nn.Conv2d."
    assert_close(submission.probe.gradient(drawn, x, cotangent), wanted, dtype="float64", help=help)


@check("contract", points=2, depends_on="test_values")
def test_layers_unchanged(submission, rng):
    """The old layers are as before: their results, modes and requires_grad."""
    for bias in (False, True):
        drawn = case(rng, bias=bias) | {"train_conv": bias}
        x = images(rng, drawn)
        seen = submission.probe.layers_afterwards(drawn, x)
        help = "Build a new convolution (or a deep copy) and write into that one only."
        assert_close(entry(seen, "y"), oracle(drawn, x), dtype="float64", help=help)
        wanted = [False, *[True] * (3 if bias else 2)]
        assert_same(entry(seen, "requires_grad"), wanted, "requires_grad was changed", help)
        assert_same(entry(seen, "training"), [bias, False], "the modes were changed", help)


@check("contract", points=1, depends_on="test_values")
def test_own_parameters(submission, rng):
    """Old layers and fused convolution share nothing: writing over one leaves the other's results."""
    for settings in ({"bias": True}, {"bias": False}, {"bias": True, "bn": {"affine": False}}):
        drawn = case(rng, **settings)
        x = images(rng, drawn)
        help = "The fused convolution needs tensors of its own: copy or compute, do not alias."
        for function in (submission.probe.change_layers, submission.probe.change_fused):
            assert_close(function(drawn, x), oracle(drawn, x), dtype="float64", help=help)


@check("errors", points=1, depends_on="test_values")
def test_training_mode_refused(submission, rng):
    """A norm in training mode is refused."""
    for bias in (False, True):
        drawn = case(rng, bias=bias) | {"train_bn": True}
        help = "In training mode the norm uses each batch's own statistics: nothing could be folded."
        assert_raises(ValueError, submission.probe.fuse_quietly, drawn, help=help)


@check("errors", points=1, depends_on="test_values")
def test_no_statistics_refused(submission, rng):
    """A norm without running statistics is refused."""
    for affine in (True, False):
        drawn = case(rng, bn={"track_running_stats": False, "affine": affine})
        help = "With track_running_stats=False running_mean and running_var are None, in evaluation mode too."
        assert_raises(ValueError, submission.probe.fuse_quietly, drawn, help=help)


@check("rules", points=1, depends_on="test_values")
def test_written_out(submission, rng):
    """The folding is your own."""
    assert_rules(submission, run=lambda watched: watched.probe.fuse_quietly(case(rng, bias=True)))


@check("contract", points=1, depends_on="test_values", testimony=True)
def test_side_effects(submission, rng):
    """Nothing is printed, no setting changed, no generator re-seeded."""
    seen = submission.probe.fuse_quietly.observe(case(rng, bias=True), draws=True)
    assert_true(not seen.settings, "changed: " + ", ".join(seen.settings))
    assert_true(not seen.printed, "something was printed", returned=seen.printed[:100])


def normal(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def case(rng, inputs=3, outputs=4, *, kernel_size=3, bias=False, bn=None, dtype="float64", **settings):
    """A convolution and a norm: their settings, and values for all that they hold."""
    bn = {"num_features": outputs} | (bn or {})
    conv = {"in_channels": inputs, "out_channels": outputs, "kernel_size": kernel_size, "bias": bias} | settings
    size = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    conv_values = {"weight": normal(rng, outputs, inputs // settings.get("groups", 1), *size) / np.sqrt(9 * inputs)}
    if bias:
        conv_values["bias"] = normal(rng, outputs) + 1
    bn_values = {}
    if bn.get("track_running_stats", True):
        bn_values["running_mean"] = normal(rng, outputs)
        bn_values["running_var"] = torch.from_numpy(rng.uniform(0.3, 2.0, outputs))
    if bn.get("affine", True):
        bn_values |= {"weight": torch.from_numpy(rng.uniform(0.5, 1.5, outputs)), "bias": normal(rng, outputs)}
    kind = getattr(torch, dtype)
    conv_values, bn_values = (
        {name: value.to(kind) for name, value in values.items()} for values in (conv_values, bn_values)
    )
    return {"conv": conv, "bn": bn, "conv_values": conv_values, "bn_values": bn_values, "dtype": dtype}


def images(rng, drawn, batch=2):
    return normal(rng, batch, drawn["conv"]["in_channels"], 8, 9).to(getattr(torch, drawn["dtype"]))


def oracle(drawn, x):
    """torch's own convolution, then its own batch norm, in float64."""
    conv, values = drawn["conv"], {name: value.double() for name, value in drawn["conv_values"].items()}
    norm = {name: value.double() for name, value in drawn["bn_values"].items()}
    x, padding = x.double(), conv.get("padding", 0)
    if conv.get("padding_mode", "zeros") != "zeros":
        height, width = padding
        x, padding = functional.pad(x, (width, width, height, height), mode=conv["padding_mode"]), 0
    y = functional.conv2d(
        x,
        values["weight"],
        values.get("bias"),
        stride=conv.get("stride", 1),
        padding=padding,
        dilation=conv.get("dilation", 1),
        groups=conv.get("groups", 1),
    )
    mean, var = norm["running_mean"], norm["running_var"]
    eps = drawn["bn"].get("eps", 1e-5)
    return functional.batch_norm(y, mean, var, norm.get("weight"), norm.get("bias"), training=False, eps=eps)


def folded(drawn):
    """Scale and shift of each channel, from what batch norm makes of the convolution's results 0 and 1."""
    norm, outputs = drawn["bn_values"], drawn["conv"]["out_channels"]
    points = torch.stack([torch.zeros(outputs), torch.ones(outputs)]).double()
    mean, var = norm["running_mean"], norm["running_var"]
    low, high = functional.batch_norm(points, mean, var, norm["weight"], norm["bias"], training=False)
    scale = high - low
    return scale, low + scale * drawn["conv_values"]["bias"]


def assert_fused(submission, rng, drawn, help):
    x = images(rng, drawn)
    assert_close(submission.probe.run(drawn, x), oracle(drawn, x), dtype=drawn["dtype"], help=help)


def assert_same(found, wanted, problem, help):
    """Compared as text, since what came back may be of any type."""
    assert_true(repr(found) == repr(wanted), problem, returned=repr(found), wanted=repr(wanted), help=help)
