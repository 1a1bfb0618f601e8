"""Hidden grader of `conv2d_from_scratch`. The oracle goes over the output's positions in float64, patch by patch."""

import numpy as np

from etude.grading import (
    assert_close,
    assert_raises,
    assert_rules,
    assert_shape,
    assert_unchanged,
    check,
    unpack,
)


def oracle(x, weight, bias=None, stride=1, padding=0):
    x, weight = np.asarray(x, np.float64), np.asarray(weight, np.float64)
    (n, c, height, width), (o, _, kh, kw) = x.shape, weight.shape
    padded = np.zeros((n, c, height + 2 * padding, width + 2 * padding))
    padded[:, :, padding : padding + height, padding : padding + width] = x
    rows, columns = (height + 2 * padding - kh) // stride + 1, (width + 2 * padding - kw) // stride + 1
    out = np.zeros((n, o, rows, columns))
    for i, j in np.ndindex(rows, columns):
        patch = padded[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
        out[:, :, i, j] = patch.reshape(n, c * kh * kw) @ weight.reshape(o, c * kh * kw).T
    return out if bias is None else out + np.asarray(bias, np.float64)[:, np.newaxis, np.newaxis]


def padded_by_one(x, weight):
    """The same for stride 1 and padding 1 and 3x3 kernels, quick enough for large images."""
    n, _, height, width = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    out = np.zeros((n, len(weight), height * width))
    for p, q in np.ndindex(3, 3):
        out += weight[:, :, p, q] @ padded[:, :, p : p + height, q : q + width].reshape(n, -1, height * width)
    return out.reshape(n, -1, height, width)


def draw(rng, image=(2, 3, 7, 6), kernel=(4, 3, 3)):
    """Images (N, C, H, W), and weights and bias of kernels (O, kh, kw)."""
    return rng.normal(size=image), rng.normal(size=(kernel[0], image[1], *kernel[1:])), rng.normal(size=kernel[0])


@check("contract")
def test_shape(submission, rng):
    """The result is (N, O, (H + 2 * padding - kh) // stride + 1, …), also where some of these are one."""
    for image, kernel, stride, padding, wanted in [
        ((2, 3, 7, 6), (4, 3, 3), 1, 0, (2, 4, 5, 4)),
        ((1, 1, 1, 1), (1, 1, 1), 1, 0, (1, 1, 1, 1)),
        ((1, 2, 8, 9), (1, 2, 4), 3, 1, (1, 1, 3, 3)),
        ((3, 1, 4, 4), (2, 4, 4), 1, 0, (3, 2, 1, 1)),
    ]:
        x, weight, _ = draw(rng, image, kernel)
        assert_shape(submission.conv2d(x, weight, stride=stride, padding=padding), wanted)


@check("correctness", points=3)
def test_patches(submission, rng):
    """Every patch is multiplied with every kernel and summed over channels, rows and columns; no kernel is turned."""
    help = "out[n, o, i, j] is the sum of x[n, :, i:i+kh, j:j+kw] * weight[o]: row with row, column with column."
    for image, channels in [((2, 3, 7, 6), 4), ((3, 1, 5, 5), 2), ((1, 6, 4, 5), 1)]:
        x, weight, _ = draw(rng, image, (channels, 3, 3))
        assert_close(submission.conv2d(x, weight), oracle(x, weight), help=help)


@check("correctness", points=2, depends_on="test_patches")
def test_kernel_sizes(submission, rng):
    """Kernels may be even, oblong, 1x1, or as large as the image."""
    help = "Take height and width of the kernel from weight.shape, each for its own axis."
    sizes = [((7, 6), size) for size in [(2, 2), (1, 1), (1, 4), (5, 2), (7, 6), (4, 6)]]
    for image, size in [*sizes, ((4, 9), (2, 8)), ((9, 4), (8, 2))]:  # the last two larger than the other axis
        x, weight, _ = draw(rng, (2, 3, *image), (4, *size))
        assert_close(submission.conv2d(x, weight), oracle(x, weight), help=help)


@check("correctness", depends_on="test_patches")
def test_bias(submission, rng):
    """Each output channel has its bias added."""
    for channels in (4, 5, 1):  # as many as the result has columns, as rows, and one
        x, weight, bias = draw(rng, kernel=(channels, 3, 3))
        help = "bias belongs to axis 1 of the result: bias[:, None, None]."
        assert_close(submission.conv2d(x, weight, bias), oracle(x, weight, bias), help=help)


@check("correctness", points=2, depends_on="test_patches")
def test_padding(submission, rng):
    """Zeros on all four sides, as many as asked for: also more than the kernel is wide."""
    for padding, size in [(1, (3, 3)), (2, (5, 4)), (3, (2, 3)), (1, (9, 8))]:
        x, weight, bias = draw(rng, kernel=(4, *size))
        x += 3  # zero is not its mean
        help = (
            "Pad rows and columns, before and behind, with zeros; the padded image is what the kernel has to fit into."
        )
        actual = submission.conv2d(x, weight, bias, padding=padding)
        assert_close(actual, oracle(x, weight, bias, padding=padding), help=help)


@check("correctness", points=2, depends_on="test_patches")
def test_stride(submission, rng):
    """The kernel moves by `stride` along both axes; what does not fill a patch at the end is not read."""
    for stride, image in [
        (2, (2, 3, 7, 7)),
        (2, (2, 3, 8, 6)),
        (3, (2, 3, 10, 8)),
        (4, (2, 3, 9, 7)),
        (9, (2, 3, 7, 6)),
    ]:
        x, weight, bias = draw(rng, image)
        help = "Patches start at rows 0, stride, 2 * stride, …, as far as the kernel fits: floor division."
        assert_close(submission.conv2d(x, weight, bias, stride=stride), oracle(x, weight, bias, stride), help=help)


@check("correctness", depends_on=("test_stride", "test_padding"))
def test_all_together(submission, rng):
    """Stride and padding together, everything passed by position; bias may be None."""
    for stride, padding in [(2, 1), (3, 2), (2, 3)]:
        x, weight, bias = draw(rng, (2, 3, 8, 9), (5, 2, 3))
        for given in (bias, None):
            actual = submission.conv2d(x, weight, given, stride, padding)
            assert_close(actual, oracle(x, weight, given, stride, padding), help="The image is padded first.")


@check("stability", depends_on="test_patches")
def test_no_images(submission, rng):
    """No images give an empty result of the right shape and dtype."""
    for dtype in ("float64", "float32"):
        x, weight, bias = (array.astype(dtype) for array in draw(rng, (0, 3, 7, 6), (4, 3, 2)))
        help = "A reshape with -1 cannot work out an axis of an empty array."
        actual = submission.conv2d(x, weight, bias, stride=2, padding=1)
        assert_close(actual, np.empty((0, 4, 4, 4)), dtype=dtype, help=help)


@check("contract", depends_on="test_patches")
def test_dtypes(submission, rng):
    """float16 and float32 are kept; one float64 among several arrays, the bias included, gives float64."""
    help = "Let NumPy promote the dtypes: no array of your own on the way that is fixed to float64."
    for dtype in ("float32", "float16"):
        x, weight, bias = (array.astype(dtype) for array in draw(rng, (1, 2, 5, 5), (3, 2, 2)))
        for given in (bias, None):
            actual = submission.conv2d(x, weight, given, padding=1)
            assert_close(actual, oracle(x, weight, given, padding=1), dtype=dtype, help=help)
    for wide in range(3):
        given = [array if i == wide else array.astype("float32") for i, array in enumerate(draw(rng))]
        assert_close(submission.conv2d(*given), oracle(*given), dtype="float64", tol=1e-5, help=help)


@check("contract", depends_on=("test_patches", "test_bias"))
def test_lists_and_integers(submission, rng):
    """Lists, integers and booleans count as float64."""
    arrays = draw(rng)
    whole = [rng.integers(-3, 4, size=array.shape) for array in arrays]
    cases = [
        [array.tolist() for array in arrays],
        whole,
        [array.tolist() for array in whole],
        [(array + 100).astype(np.uint8) for array in whole],
        [array > 0 for array in whole],
    ]
    for given in cases:
        help = "Turn what is not floating into float64 before you multiply: small integers overflow."
        assert_close(submission.conv2d(*given, padding=1), oracle(*given, padding=1), dtype="float64", help=help)


@check("contract", depends_on="test_all_together")
def test_memory_layout(submission, rng):
    """Fortran-ordered, reversed and strided arrays give what their values say."""
    given = (*draw(rng), 2, 1)
    for actual in unpack(submission.probe.laid_out(*given), 3):
        assert_close(actual, oracle(*given), help="Do not assume that an array lies in memory row by row.")


@check("contract", depends_on="test_all_together")
def test_second_call(submission, rng):
    """The same arrays give the same result a second time, and may be read-only; earlier results stay as they are."""
    given = (*draw(rng), 2, 1)
    for actual in unpack(submission.probe.twice(*given), 2):
        assert_close(
            actual, oracle(*given), help="Arguments and earlier results belong to the caller: make new arrays."
        )


@check("errors", depends_on="test_patches")
def test_channels(submission, rng):
    """Images and kernels of different numbers of channels raise a ValueError with a message."""
    for images, kernels in [(3, 2), (2, 3), (3, 1), (1, 3)]:
        x, weight = rng.normal(size=(2, images, 6, 6)), rng.normal(size=(4, kernels, 3, 3))
        help = "Compare x.shape[1] with weight.shape[1]: a single channel would broadcast silently."
        assert_raises(ValueError, submission.conv2d, x, weight, help=help)
        assert_raises(ValueError, submission.conv2d, x, weight, rng.normal(size=4), 1, 1, help=help)


@check("errors", depends_on="test_padding")
def test_kernel_too_large(submission, rng):
    """A kernel higher or wider than the padded image raises a ValueError with a message."""
    for size, padding in [((8, 3), 0), ((3, 7), 0), ((10, 3), 1), ((3, 9), 1), ((20, 20), 2)]:
        x, weight, bias = draw(rng, kernel=(4, *size))
        help = "Check both axes, against the padded image."
        for stride in (1, 2):
            assert_raises(ValueError, submission.conv2d, x, weight, bias, stride, padding, help=help)


@check("errors", depends_on="test_stride")
def test_bad_stride(submission, rng):
    """A stride below 1 raises a ValueError with a message."""
    for stride in (0, -1, -2, -100):
        x, weight, bias = draw(rng)
        help = "A negative step runs backwards without complaint, and 0 divides by zero: check first."
        assert_raises(ValueError, submission.conv2d, x, weight, bias, stride=stride, help=help)


@check("errors", depends_on="test_padding")
def test_bad_padding(submission, rng):
    """A padding below 0 raises a ValueError with a message."""
    for padding in (-1, -2):
        x, weight, bias = draw(rng, kernel=(4, 2, 2))
        help = "A negative padding would cut the image: check first."
        assert_raises(ValueError, submission.conv2d, x, weight, bias, padding=padding, help=help)


@check("contract", testimony=True, depends_on="test_patches")
def test_manners(submission, rng):
    """No argument is changed, nothing is printed, and NumPy's generator and settings stay as they are."""
    assert_unchanged(submission.conv2d, *draw(rng), stride=2, padding=1)
    assert_unchanged(submission.conv2d, *draw(rng))


@check("rules")
def test_rules(submission, rng):
    """NumPy and the standard library only."""
    assert_shape(submission.conv2d(*draw(rng)), (2, 4, 5, 4))
    assert_rules(submission)


@check("speed", points=2, depends_on="test_padding")
def test_speed(submission, rng, clock):
    """Handles float64 images (8, 16, 32, 32) with weights (32, 16, 3, 3) in at most 5 times the reference's time."""
    clock.assert_ratio(
        "conv2d",
        lambda scale=1: (rng.normal(size=(int(8 * scale), 16, 32, 32)), rng.normal(size=(32, 16, 3, 3)), None, 1, 1),
        verify=lambda actual, x, weight, *_: assert_close(actual, padded_by_one(x, weight)),
        help="Leave no Python loop over output positions, and let the sum be a matrix product.",
    )
