"""Hidden grader of `split_without_leakage`.

Every row of the secret data carries a code of two-valued features, which survives whatever scaling it is given: so
each row that comes back is known, also where the scaling is wrong.
"""

import numpy as np

from etude.grading import (
    as_array,
    assert_close,
    assert_dtype,
    assert_raises,
    assert_true,
    assert_unchanged,
    check,
    entry,
)

PARTS = ("train", "val", "test")
BITS = 48
FRACTIONS = ((0.2, 0.2), (0.1, 0.3), (0.4, 0.15))


class Data:
    """Rows with a code and some features, in classes of the given sizes, in an order that tells nothing."""

    def __init__(self, rng, sizes=(40,) * 8, labels=None, features=4):
        labels = rng.choice(np.arange(-50, 50), size=len(sizes), replace=False) if labels is None else labels
        self.y = rng.permutation(np.repeat(labels, sizes))
        self.code = rng.choice([-1.0, 1.0], size=(len(self.y), BITS))
        code = self.code * rng.uniform(0.5, 2.0, size=BITS) + rng.uniform(-2.0, 2.0, size=BITS)
        features = rng.normal(size=(len(self.y), features)) * rng.uniform(0.5, 3.0, size=features)
        self.x = np.hstack([code, features + rng.uniform(-3.0, 3.0, size=features.shape[1])])

    def rows(self, splits, part):
        """The numbers of the rows that came back in that part."""
        found = as_array(entry(splits, f"x_{part}"))
        real = found.ndim == 2 and found.shape[1] == self.x.shape[1] and found.dtype.kind in "biuf"
        returned, wanted = f"shape {found.shape}, {found.dtype}", f"shape (…, {self.x.shape[1]})"
        assert_true(real and len(found) > 0, f"x_{part} is no part of x", returned=returned, wanted=wanted)
        code = found[:, :BITS].astype(np.float64)
        assert_true(bool(np.isfinite(code).all()), f"x_{part} holds NaN or infinity")
        low, high = code.min(axis=0), code.max(axis=0)
        signs = np.where(high - low > 1e-6, np.sign(code - (low + high) / 2), 0.0)
        agree = signs @ self.code.T
        rows = agree.argmax(axis=1)
        known = bool((signs == self.code[rows] * (signs != 0)).all()) and (signs != 0).any(axis=0).sum() > BITS // 2
        assert_true(known, f"x_{part} holds rows that are none of x's", help="Standardise, and change nothing else.")
        return rows

    def all_rows(self, splits):
        return {part: self.rows(splits, part) for part in PARTS}

    def standardised(self, rows):
        """What the three parts should hold, given which rows they are."""
        train = self.x[rows["train"]]
        mean, std = train.mean(axis=0), train.std(axis=0)
        constant = np.ptp(train, axis=0) == 0
        mean[constant], std[constant] = train[0, constant], 1.0
        return {part: (self.x[rows[part]] - mean) / std for part in PARTS}


def split(submission, data, fractions=FRACTIONS[0], seed=0):
    return submission.make_splits(data.x, data.y, *fractions, seed)


def secret_seed(rng):
    return int(rng.integers(1, 10_000))


@check("correctness", points=3)
def test_every_row_once(submission, rng):
    """Every row of x is in exactly one of the three parts."""
    for fractions in FRACTIONS:
        data = Data(rng)
        splits = split(submission, data, fractions, secret_seed(rng))
        rows = np.concatenate(list(data.all_rows(splits).values()))
        counts = np.bincount(rows, minlength=len(data.y))
        help = "Permute the rows' numbers once and cut the permutation in three, or split what the first split left."
        assert_true(
            counts.max() == 1, "a row is there more than once", returned=f"{(counts > 1).sum()} rows", help=help
        )
        assert_true(counts.min() == 1, "rows are missing", returned=f"{(counts < 1).sum()} rows", help=help)


@check("correctness", points=2)
def test_labels(submission, rng):
    """Every row keeps its label."""
    for fractions in FRACTIONS:
        data = Data(rng)
        splits = split(submission, data, fractions, secret_seed(rng))
        for part in PARTS:
            help = "Index x and y with the same rows."
            assert_close(entry(splits, f"y_{part}"), data.y[data.rows(splits, part)], tol=0, help=help)


@check("correctness", points=3, depends_on="test_every_row_once")
def test_stratified(submission, rng):
    """Each class has its share in each part, to within two rows; fractions are fractions of the whole."""
    for fractions in FRACTIONS:
        for sizes in ((40,) * 8, (5, 9, 30, 120, 161)):
            data = Data(rng, sizes)
            splits = split(submission, data, fractions, secret_seed(rng))
            shares = {"train": 1 - sum(fractions), "val": fractions[0], "test": fractions[1]}
            for part, share in shares.items():
                labels = data.y[data.rows(splits, part)]
                for label in np.unique(data.y):
                    count, wanted = int((labels == label).sum()), share * (data.y == label).sum()
                    assert_true(
                        abs(count - wanted) <= 2 + 1e-9,
                        f"a class has another share in the {part} part, with the fractions {fractions}",
                        returned=f"{count} rows",
                        wanted=f"{wanted:.1f}, to within 2",
                        help="Stratify both splits; val_fraction of the whole is more of what the first one left.",
                    )


@check("correctness", points=3, depends_on="test_every_row_once")
def test_training_part(submission, rng):
    """The training part is standardised with its own mean and population standard deviation."""
    for fractions in FRACTIONS:
        data = Data(rng)
        splits = split(submission, data, fractions, secret_seed(rng))
        help = "Split first; then (x - mean) / std with the training part's own mean and std (ddof=0)."
        wanted = data.standardised(data.all_rows(splits))
        assert_close(splits["x_train"], wanted["train"], tol=1e-10, help=help)


@check("correctness", points=3, depends_on="test_every_row_once")
def test_other_parts(submission, rng):
    """The validation and test parts are standardised with the training part's mean and standard deviation."""
    for fractions in FRACTIONS:
        data = Data(rng)
        splits = split(submission, data, fractions, secret_seed(rng))
        wanted = data.standardised(data.all_rows(splits))
        for part in ("val", "test"):
            help = "Their own statistics are not known yet: apply the training part's."
            assert_close(splits[f"x_{part}"], wanted[part], tol=1e-10, help=help)


@check("correctness", points=2, depends_on="test_every_row_once")
def test_seed(submission, rng):
    """The same seed gives the same parts, whatever x holds; another seed gives others."""
    data, other = Data(rng), Data(rng)
    other.y = data.y
    one, another = (int(seed) for seed in rng.choice(10_000, size=2, replace=False))
    rows = data.all_rows(split(submission, data, seed=one))
    for part in PARTS:
        help = "Everything random comes from one generator, made from the seed."
        for again in (data, other):
            found = again.rows(split(submission, again, seed=one), part)
            same = np.array_equal(np.sort(found), np.sort(rows[part]))
            assert_true(same, "the same seed and labels gave other parts", help=help)
        found = data.rows(split(submission, data, seed=another), part)
        same = np.array_equal(np.sort(found), np.sort(rows[part]))
        assert_true(not same, f"two seeds gave the same {part} part", help=help)


@check("contract", points=1, depends_on="test_every_row_once")
def test_defaults(submission, rng):
    """Left out, both fractions are 0.2 and the seed is 0."""
    data = Data(rng)
    rows, again = (
        data.all_rows(splits) for splits in (submission.make_splits(data.x, data.y), split(submission, data))
    )
    for part in PARTS:
        same = np.array_equal(np.sort(rows[part]), np.sort(again[part]))
        assert_true(same, "make_splits(x, y) differs from make_splits(x, y, 0.2, 0.2, 0)")


@check("stability", points=2, depends_on="test_training_part")
def test_constant_feature(submission, rng):
    """A feature that is constant over all rows becomes 0."""
    for constant in (0.0, 0.1, rng.uniform(1, 5), -rng.uniform(1, 5)):
        data = Data(rng)
        data.x[:, -1] = constant
        splits = split(submission, data, seed=secret_seed(rng))
        wanted = data.standardised(data.all_rows(splits))
        for part in PARTS:
            found = splits[f"x_{part}"]
            help = "The computed std of a constant column may be 1e-17: compare its smallest and largest value instead."
            assert_close(found, wanted[part], tol=1e-6 / max(1.0, float(np.abs(wanted[part]).max())), help=help)


@check("stability", points=2, depends_on=("test_training_part", "test_seed"))
def test_constant_in_training(submission, rng):
    """A feature that is constant in the training part only is centred and not scaled."""
    for constant in (0.1, rng.uniform(1, 5)):
        data, seed = Data(rng), secret_seed(rng)
        data.x[data.rows(split(submission, data, seed=seed), "train"), -1] = constant
        splits = split(submission, data, seed=seed)
        wanted = data.standardised(data.all_rows(splits))
        for part in PARTS:
            help = "Where the training part has no spread, subtract its value and divide by 1."
            assert_close(splits[f"x_{part}"], wanted[part], tol=1e-10, help=help)


@check("stability", points=1, depends_on="test_training_part")
def test_small_feature(submission, rng):
    """A feature of very small spread, which is not constant, is scaled like any other."""
    data = Data(rng)
    data.x[:, -1] = 1e-6 * rng.normal(size=len(data.y))
    splits = split(submission, data, seed=secret_seed(rng))
    wanted = data.standardised(data.all_rows(splits))
    for part in PARTS:
        help = "Small is not constant: features come in any unit. Compare the smallest and the largest value."
        assert_close(splits[f"x_{part}"], wanted[part], tol=1e-10, help=help)


@check("contract", points=1, depends_on="test_training_part")
def test_dtype(submission, rng):
    """float32 and float16 features stay what they are; integers, booleans and lists become float64."""
    data = Data(rng)
    data.x = data.x.astype(np.float32).astype(np.float64)
    assert_parts(submission, data, data.x.astype(np.float32), "float32", tol=1e-5)
    assert_parts(submission, data, data.x.tolist(), "float64")
    half = Data(rng)
    half.x = half.x.astype(np.float16).astype(np.float64)
    assert_parts(submission, half, half.x.astype(np.float16), "float16", tol=5e-2)
    data.x = np.hstack([data.code, rng.integers(-9, 9, size=(len(data.y), 3))])
    assert_parts(submission, data, data.x.astype(np.int64), "float64")
    data.x = (data.code + 1) / 2
    assert_parts(submission, data, data.x.astype(bool), "float64")


def assert_parts(submission, data, x, dtype, tol=1e-10):
    splits = submission.make_splits(x, data.y)
    wanted = data.standardised(data.all_rows(splits))
    for part in PARTS:
        help = "Floating features keep their dtype, anything else counts as float64."
        assert_close(splits[f"x_{part}"], wanted[part], dtype=dtype, tol=tol, help=help)


@check("contract", points=1, depends_on="test_labels")
def test_kinds_of_labels(submission, rng):
    """Labels may be strings, lists or small integers, and keep their dtype."""
    names = [str(name) for name in rng.permutation(["cat", "dog", "owl", "tit"])]
    data = Data(rng, sizes=(30, 40, 50, 30), labels=np.arange(4, dtype=np.int8))
    for as_list in (False, True):
        splits = submission.probe.split_text(data.x, data.y, names, as_list)
        for part in PARTS:
            help = "Take labels as they are, in their dtype: np.unique sorts text as well."
            assert_close(entry(splits, f"y_{part}"), data.y[data.rows(splits, part)], tol=0, help=help)
    for y, dtype in ((data.y, "int8"), (data.y.tolist(), "int64")):
        splits = submission.make_splits(data.x, y)
        for part in PARTS:
            assert_dtype(entry(splits, f"y_{part}"), dtype)
            assert_close(splits[f"y_{part}"], data.y[data.rows(splits, part)], tol=0)


@check("errors", points=2, depends_on="test_every_row_once")
def test_fractions(submission, rng):
    """Fractions outside (0, 1), or summing to 1 or more, raise ValueError."""
    data, low, high = Data(rng), -rng.uniform(0.1, 0.5), 1 + rng.uniform(0.1, 0.5)
    bad = [(0.0, 0.2), (0.2, 0.0), (0, 0.2), (low, 0.2), (0.2, low), (low, 0.9), (1.0, 0.2), (0.2, 1), (high, 0.2)]
    for fractions in [*bad, (0.2, high), (0.5, 0.5), (0.75, 0.25), (0.6, 0.7), (high, low), (low, high)]:
        help = f"The fractions {fractions} leave nothing for one of the parts."
        assert_raises(ValueError, submission.make_splits, data.x, data.y, *fractions, help=help)


@check("errors", points=1, depends_on="test_every_row_once")
def test_lengths(submission, rng):
    """x and y of different lengths raise ValueError."""
    data = Data(rng)
    for x, y in ((data.x, data.y[:-1]), (data.x[:-3], data.y)):
        help = "Compare len(x) with len(y) first."
        assert_raises(ValueError, submission.make_splits, x, y, help=help)


@check("contract", points=1, testimony=True)
def test_side_effects(submission, rng):
    """x and y are as before, nothing is printed, and NumPy's global generator is left alone."""
    data = Data(rng)
    assert_unchanged(submission.make_splits, data.x, data.y, 0.2, 0.2, secret_seed(rng))
