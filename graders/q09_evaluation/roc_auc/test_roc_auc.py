"""Grader of `roc_auc`: all pairs counted one by one; for many scores scikit-learn, which the answer may not use."""

import numpy as np
from sklearn import metrics

from etude.grading import assert_close, assert_raises, assert_rules, assert_type, assert_unchanged, check


def labels(rng, n, share=0.4):
    """Labels of both classes, at least three of each."""
    y = rng.permutation(np.append(np.tile([0, 1], 3), rng.random(n - 6) < share))
    return y.astype(np.int64)


def draw(rng, n=60, shift=1.0, share=0.4):
    """Labels, and distinct scores that are higher by `shift` for label 1."""
    y = labels(rng, n, share)
    return y, rng.normal(size=n) + shift * y


def draw_ties(rng, n=60):
    """Five different scores, each of them within both classes."""
    y = np.append(np.repeat([0, 1], 5), labels(rng, n - 10))
    scores = np.append(np.tile(np.arange(5), 2), rng.integers(0, 5, size=n - 10)) / 4
    order = rng.permutation(n)
    return y[order], scores[order]


def oracle(y, scores):
    y, scores = np.asarray(y), np.asarray(scores, dtype=np.float64)
    pairs = [1.0 if p > q else 0.5 if p == q else 0.0 for p in scores[y == 1] for q in scores[y == 0]]
    return sum(pairs) / len(pairs)


@check("correctness", points=2)
def test_distinct_scores(submission, rng):
    """The share of pairs in order, for rankings better and worse than chance."""
    for n, shift, share in [(60, 1.0, 0.4), (45, -0.8, 0.6), (50, 0.3, 0.1), (6, 0.5, 0.5)]:
        y, scores = draw(rng, n, shift, share)
        for scale in (1.0, 300.0):
            advice = "Count for each positive the negatives with lower scores, and divide by the number of pairs."
            assert_close(submission.roc_auc(y, scale * scores), oracle(y, scores), help=advice)


@check("contract", depends_on="test_distinct_scores")
def test_python_float(submission, rng):
    """A Python float comes back, also where it is 0 or 1."""
    y, scores = draw(rng)
    for given in [(y, scores), (y, y), (y, 1 - y), (y.tolist(), scores.tolist())]:
        assert_type(submission.roc_auc(*given), float, help="float(...): a NumPy scalar is no Python float.")


@check("correctness", points=3, depends_on="test_distinct_scores")
def test_ties(submission, rng):
    """Pairs with equal scores count half, whatever the order of the rows."""
    for n in (40, 90):
        y, scores = draw_ties(rng, n)
        advice = "Treat equal scores together: half of the pairs within a group of equal scores are won."
        for order in (np.arange(n), np.argsort(y), np.argsort(-y)):
            assert_close(submission.roc_auc(y[order], scores[order]), oracle(y, scores), help=advice)
    ascending = np.sort(y)
    for given in (ascending, ascending[::-1]):
        constant = np.full(n, scores[0])
        assert_close(submission.roc_auc(given, constant), 0.5, help="Scores that say nothing give 0.5.")


@check("correctness", depends_on="test_distinct_scores")
def test_extremes(submission, rng):
    """A perfect ranking gives 1, a reversed one 0; one row of a class is enough."""
    y, scores = draw(rng)
    apart = np.abs(scores) + 0.1
    advice = "1 and 0 are legal results: do not turn a bad ranking round."
    assert_close(submission.roc_auc(y, np.where(y == 1, apart, -apart)), 1.0, help=advice)
    assert_close(submission.roc_auc(y, np.where(y == 0, apart, -apart)), 0.0, help=advice)
    for label in (0, 1):
        alone = np.where(np.arange(len(y)) == rng.integers(len(y)), label, 1 - label)
        assert_close(submission.roc_auc(alone, scores), oracle(alone, scores), help="No class is too small to count.")


@check("stability", points=2, depends_on="test_ties")
def test_close_scores(submission, rng):
    """Scores that differ in the last digits, or are tiny or huge, are no ties."""
    y = labels(rng, 60)
    steps = rng.permutation(60) + 30.0 * y
    for scores in (0.5 + steps * 2.0**-52, steps * 1e-300, steps * 1e300, 1e9 + steps * 1e-6):
        advice = "Compare for equality, in float64, on no grid of thresholds: the order is all that counts."
        assert_close(submission.roc_auc(y, scores), oracle(y, scores), help=advice)


@check("stability", points=2, depends_on="test_distinct_scores", help="Do not subtract scores: inf - inf is NaN.")
def test_infinite_scores(submission, rng):
    """inf ranks above and -inf below everything else, and each ties with itself."""
    y, scores = draw(rng)
    scores[np.flatnonzero(y == 1)[:3]] = [np.inf, np.inf, -np.inf]
    scores[np.flatnonzero(y == 0)[:3]] = [np.inf, -np.inf, -np.inf]
    for given in (scores, scores.astype("float32"), np.where(np.isinf(scores), scores, 1.7e308)):
        advice = "Infinities sort and compare like other numbers; only their differences are NaN."
        for order in (rng.permutation(len(y)), np.argsort(y), np.argsort(-y)):
            assert_close(submission.roc_auc(y[order], given[order]), oracle(y, given), help=advice)


@check("contract", points=2, depends_on="test_ties")
def test_input_types(submission, rng):
    """Lists, integers of any width and booleans are legal labels and scores, and so are short floats."""
    y, scores = draw_ties(rng)
    whole = 1 + (4 * scores).astype(np.int64) + (rng.random(len(y)) < 0.5)
    whole[np.flatnonzero(y == 0)[:2]] = 0  # the lowest, which alone stays where it is when unsigned numbers are negated
    given = [
        (y.tolist(), scores.tolist()),
        (tuple(y.tolist()), whole.tolist()),
        *((y.astype(kind), scores) for kind in (np.int8, np.uint8, np.int32, bool)),
        *((y, whole.astype(kind)) for kind in (np.int8, np.uint8, np.uint64, np.int32)),
        *((y, scores.astype(kind)) for kind in (np.float16, np.float32)),
        (y, scores > 0.4),
        (y > 0, np.array(scores > 0.4).tolist()),
    ]
    for one, other in given:
        advice = "np.asarray first; and mind that negating unsigned integers wraps around."
        assert_close(submission.roc_auc(one, other), oracle(y, other), tol=1e-10, help=advice)


@check("correctness", depends_on="test_distinct_scores")
def test_second_round(submission, rng):
    """The same arrays, asked for twice, give the same: the first call leaves them alone."""
    y, scores = draw(rng)
    advice = "scores.sort() and out=... write into the caller's arrays; np.sort and argsort do not."
    assert_close(submission.probe.second_round(y, scores), oracle(y, scores), help=advice)


@check("errors", depends_on="test_distinct_scores")
def test_one_class(submission, rng):
    """ValueError where only one class is there."""
    advice = "Without a pair there is nothing to measure: neither 0.5 nor NaN is an answer."
    for n in (1, 7):
        for y in (np.zeros(n, int), np.ones(n, int), [0] * n, [1] * n):
            assert_raises(ValueError, submission.roc_auc, y, rng.normal(size=n), help=advice)


@check("errors", depends_on="test_distinct_scores")
def test_empty(submission, rng):
    """ValueError for empty input."""
    for nothing in ([], np.empty(0), np.empty(0, dtype=int)):
        assert_raises(ValueError, submission.roc_auc, nothing, nothing, help="No rows, no pairs: raise ValueError.")


@check("errors", depends_on="test_distinct_scores")
def test_lengths(submission, rng):
    """ValueError for lengths that differ, a single score among them."""
    y, scores = draw(rng)
    advice = "Compare the lengths first: zip stops at the shorter list, and an array of one element broadcasts."
    for given in [(y, scores[:-1]), (y[:-1], scores), (y, scores[:1]), (y.tolist(), scores.tolist()[:-1]), (y, [])]:
        assert_raises(ValueError, submission.roc_auc, *given, help=advice)


@check("errors", points=2, depends_on="test_distinct_scores")
def test_other_labels(submission, rng):
    """ValueError for labels other than 0 and 1: a single one, or both renamed."""
    y, scores = draw(rng)
    advice = "y > 0 and astype(bool) accept everything: check that each label is 0 or 1."
    for label in (2, -1, 0.5, 1.5, 255, 256):
        changed = np.where(np.arange(len(y)) == rng.integers(len(y)), label, y)
        assert_raises(ValueError, submission.roc_auc, changed, scores, help=advice)
    for renamed in (2 * y - 1, y + 1, 2 * y, y / 2):
        assert_raises(ValueError, submission.roc_auc, renamed, scores, help=advice)


@check("contract", testimony=True, depends_on="test_distinct_scores")
def test_side_effects(submission, rng):
    """Prints nothing and changes neither an argument nor a global setting."""
    y, scores = draw(rng)
    assert_unchanged(submission.roc_auc, y, scores)
    assert_unchanged(submission.roc_auc, y.tolist(), scores.tolist())


@check("rules")
def test_rules(submission, rng):
    """Uses NumPy and the standard library only."""
    assert_type(submission.roc_auc(*draw(rng)), float)
    assert_rules(submission)


@check("speed", points=2, depends_on="test_distinct_scores")
def test_speed(submission, rng, clock):
    """Handles 200,000 scores in at most 3 times the time of a sort-based reference."""

    def make_inputs(scale=1):
        y = (rng.random(int(200_000 * scale)) < 0.3).astype(np.int64)
        return y, np.round(rng.normal(size=y.size) + y, 4)

    clock.assert_ratio(
        "roc_auc",
        make_inputs,
        verify=lambda actual, y, scores: assert_close(actual, float(metrics.roc_auc_score(y, scores))),
        help="One sort and a few passes over whole arrays; no Python loop, no matrix of pairs.",
    )
