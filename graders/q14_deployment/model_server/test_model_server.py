"""ModelServer around a model whose output tells its mode, autograd, the batch's size and the number of the call."""

import numpy as np
import torch

from etude.grading import (
    as_array,
    assert_close,
    assert_raises,
    assert_true,
    assert_unchanged,
    check,
    entry,
    fail,
    unpack,
)


@check("correctness", points=2)
def test_results(submission, rng):
    """One result an item, in order: postprocess of the model's row."""
    drawn = case(rng)
    items = draw(rng, 5)
    (answer,) = unpack(submission.probe.predict(drawn, [items]), 1)
    assert_answer(answer, drawn, items, help="preprocess each item, stack, run the model, postprocess each row.")


@check("correctness", points=2, depends_on="test_results")
def test_batches(submission, rng):
    """The model runs on at most max_batch items at a time, in as few batches as that takes."""
    for count, max_batch in ((10, 4), (6, 3), (5, 1), (3, 7)):
        drawn = case(rng, max_batch=max_batch)
        items = draw(rng, count)
        (answer,) = unpack(submission.probe.predict(drawn, [items]), 1)
        help = "Slice the good tensors in steps of max_batch, the last, shorter slice included."
        assert_batches(answer, drawn, items, max_batch, help)


@check("contract", points=1, depends_on="test_batches")
def test_default_batch(submission, rng):
    """max_batch is 32 where nothing is said."""
    drawn, items = case(rng, max_batch=None), draw(rng, 64)
    assert_batches(submission.probe.default_batch(drawn, items), drawn, items, 32, "max_batch=32 is the default.")


@check("correctness", points=2, depends_on="test_results")
def test_evaluation_mode(submission, rng):
    """Every call runs in evaluation mode, though the model or a submodule was put into training mode before it."""
    drawn = case(rng, training=True)
    requests = [draw(rng, 4) for _ in range(3)]
    answers = unpack(submission.probe.predict(drawn, requests), 3)
    help = "Call model.eval() in predict, whatever model.training says: somebody may train in between."
    for answer, items in zip(answers, requests, strict=True):
        assert_answer(answer, drawn, items, help=help)


@check("correctness", points=2, depends_on="test_results")
def test_no_autograd(submission, rng):
    """The model runs without autograd, in whatever thread predict is called."""
    drawn = case(rng, autograd=True)
    requests = [draw(rng, 4) for _ in range(2)]
    help = "torch.no_grad() or inference_mode() around the model's call: the setting holds for one thread only."
    for answers in (submission.probe.predict(drawn, requests), submission.probe.elsewhere(drawn, requests)):
        for answer, items in zip(unpack(answers, 2), requests, strict=True):
            assert_answer(answer, drawn, items, help=help)


@check("stability", points=1, depends_on="test_results")
def test_nothing_to_do(submission, rng):
    """An empty list gives an empty list, and the model is not called."""
    drawn = case(rng) | {"failures": [1]}  # the model raises where it is called
    help = "torch.stack takes one tensor at least."
    for answer in unpack(submission.probe.predict(drawn, [[], []]), 2):
        assert_true(type(answer) is list and not answer, "no empty list came back", returned=answer, help=help)


@check("correctness", points=2, depends_on="test_results")
def test_preprocess_raises(submission, rng):
    """An item whose preprocessing raises yields that very exception; the others their results."""
    drawn, items = case(rng, max_batch=2), draw(rng, 6)
    items[1], items[4] = {"raises": secret(rng)}, {"raises": secret(rng)}
    help = "Catch Exception around each preprocess(item), and put the object itself into the item's slot."
    for request in (items, [items[1]], items[4:]):  # all items may be bad, or the first one
        (answer,) = unpack(submission.probe.predict(drawn, [request]), 1)
        assert_answer(answer, drawn, request, help=help)


@check("correctness", points=1, depends_on=("test_batches", "test_preprocess_raises"))
def test_batches_of_the_others(submission, rng):
    """Bad items do not make the others run one by one."""
    drawn, items = case(rng, max_batch=4), draw(rng, 16)
    items[0], items[9] = {"raises": secret(rng)}, {"raises": secret(rng)}
    (answer,) = unpack(submission.probe.predict(drawn, [items]), 1)
    help = "Leave out the bad items, and stack the rest as ever: it is no cause to go on one by one."
    assert_batches(answer, drawn, items, 4, help, spare=2)


@check("correctness", points=2, depends_on="test_results")
def test_postprocess_raises(submission, rng):
    """An item whose postprocessing raises yields that very exception; the others their results."""
    drawn, items = case(rng), draw(rng, 7)
    drawn["unwanted"] = [float((items[place]["x"] @ drawn["weight"].numpy())[0]) for place in (0, 5)]
    (answer,) = unpack(submission.probe.predict(drawn, [items]), 1)
    help = "Catch Exception around each postprocess(row) as well."
    assert_answer(answer, drawn, items, help=help, failed=(0, 5))


@check("correctness", points=1, depends_on="test_results")
def test_no_tensor(submission, rng):
    """An item of which preprocess makes no tensor yields a ValueError."""
    drawn, items = case(rng), draw(rng, 6)
    for place, value in ((0, None), (2, "text"), (5, [1.0, 2.0, 3.0, 4.0])):
        items[place] = {"instead": value}
    (answer,) = unpack(submission.probe.predict(drawn, [items]), 1)
    assert_answer(answer, drawn, items, help="isinstance(value, torch.Tensor), before anything is stacked.")


@check("correctness", points=2, depends_on="test_results")
def test_other_shapes(submission, rng):
    """An item of another shape than the first tensor of the call yields a ValueError, wherever batches end."""
    drawn, items = case(rng, max_batch=2), draw(rng, 7)
    items[0] = {"raises": secret(rng)}
    help = "Compare with the first tensor of the whole call, before the items are divided into batches."
    for places in ((2, 5, 6), (3, 4, 5)):  # the last batch, or one after full ones, would agree with itself
        others = [{"x": rng.standard_normal((2, 2))} if place in places else item for place, item in enumerate(items)]
        (answer,) = unpack(submission.probe.predict(drawn, [others]), 1)
        assert_answer(answer, drawn, others, help=help)
    longer = [*draw(rng, 1), {"x": rng.standard_normal(7)}, {"x": rng.standard_normal((1, 4))}, *draw(rng, 1)]
    (answer,) = unpack(submission.probe.predict(case(rng) | {"weight": drawn["weight"]}, [longer]), 1)
    assert_answer(answer, drawn, longer, help="Compare whole shapes, not sizes, and broadcast nothing.")


@check("correctness", points=1, depends_on="test_other_shapes")
def test_shape_of_each_call(submission, rng):
    """Every call of predict may have a shape of its own, of any number of dimensions."""
    drawn = case(rng)
    images = [{"x": rng.standard_normal((2, 2))} for _ in range(3)]
    requests = [draw(rng, 3), images, draw(rng, 2)]
    answers = unpack(submission.probe.predict(drawn, requests), 3)
    for answer, items in zip(answers, requests, strict=True):
        assert_answer(answer, drawn, items, help="Keep nothing of one call for the next.")


@check("correctness", points=1, depends_on="test_results")
def test_model_failure(submission, rng):
    """A failure of the model is raised, and the next call works."""
    drawn, items = case(rng) | {"failures": [1]}, draw(rng, 3)
    help = "Only preprocess and postprocess are caught."
    assert_raises(ArithmeticError, submission.probe.fail, drawn, items, help=help)
    answer = submission.probe.after_failure(drawn, items)
    help = "Take the lock by `with`, so that a failing model releases it."
    assert_true(answer != "stuck" if type(answer) is str else True, "the next call never returns", help=help)
    assert_answer(answer, drawn, items, help=help)


@check("correctness", points=2, depends_on="test_results")
def test_own_results(submission, rng):
    """Threads that call predict at once each get the results of their own items."""
    drawn = case(rng)
    first, second = draw(rng, 3), draw(rng, 5)
    first[1] = {"raises": secret(rng)}
    answers = unpack(submission.probe.meet(drawn, first, second), 2)
    for answer, items in zip(answers, (first, second), strict=True):
        assert_answer(answer, drawn, items, help="Nothing that belongs to one call may live on self.")


@check("correctness", points=2, depends_on="test_own_results")
def test_own_state(submission, rng):
    """A call that another one overtakes, at whatever point, goes on with its own shape, tensors and results."""
    drawn = case(rng)
    for name in ("preprocess", "mode", "postprocess"):
        first, second = draw(rng, 4), [{"x": rng.standard_normal((2, 2))} for _ in range(2)]
        answers = unpack(submission.probe.meet(drawn, first, second, name), 2)
        for answer, items in zip(answers, (first, second), strict=True):
            assert_answer(answer, drawn, items, help="What lies on self belongs to whoever came last.")


@check("correctness", points=2, depends_on="test_own_results")
def test_mode_of_other_threads(submission, rng):
    """Another thread's call does not switch the mode under a running model."""
    drawn = case(rng, training=True)
    first, second = draw(rng, 4), draw(rng, 2)
    answers = unpack(submission.probe.meet(drawn, first, second), 2)
    help = "Leave the model in evaluation mode; or hold one lock from eval() until the mode is given back."
    for answer, items in zip(answers, (first, second), strict=True):
        assert_answer(answer, drawn, items, help=help)


@check("errors", points=1, depends_on="test_results")
def test_max_batch(submission, rng):
    """A max_batch below 1 is refused by the constructor."""
    for max_batch in (0, -3):
        assert_raises(ValueError, submission.probe.make, case(rng, max_batch=max_batch))


@check("contract", points=1, depends_on="test_results", testimony=True)
def test_side_effects(submission, rng):
    """Items and global settings are left alone, and nothing is printed."""
    items = draw(rng, 5)
    items[2] = {"instead": "text"}
    assert_unchanged(submission.probe.use, case(rng), items)


def case(rng, *, max_batch=16, training=False, autograd=False):
    """The model's numbers: factors that show in the results where it runs in the wrong mode."""
    return {
        "weight": torch.from_numpy(rng.standard_normal((4, 3))),
        "training_factor": float(rng.uniform(2.0, 3.0)) if training else 1.0,
        "autograd_factor": float(rng.uniform(4.0, 5.0)) if autograd else 1.0,
        "failures": [],
        "message": secret(rng),
        "unwanted": [],
        "max_batch": max_batch,
    }


def draw(rng, count):
    return [{"x": rng.standard_normal(4)} for _ in range(count)]


def secret(rng):
    return f"fault {rng.integers(1 << 40)}"


def assert_answer(answer, drawn, items, *, help=None, failed=()):
    """The answer to a request is as it should be; the sizes and numbers of its good items' batches."""
    if type(answer) is not list or len(answer) != len(items):
        fail("not one result an item", returned=answer, wanted=f"a list of {len(items)}", help=help)
    first = next((item["x"].shape for item in items if "x" in item), None)
    batches = []
    for place, (result, item) in enumerate(zip(answer, items, strict=True)):
        if place in failed:
            assert_exception(result, "OverflowError", f"{drawn['message']} 1", help)
        elif "raises" in item:
            assert_exception(result, "LookupError", item["raises"], help)
        elif "x" not in item or item["x"].shape != first:
            assert_exception(result, "ValueError", None, help)
        else:
            row = entry(result, "y", help=help)
            y = item["x"].reshape(4) @ drawn["weight"].numpy()
            found = as_array(row, help=help)
            if found.shape != (5,):
                fail("postprocess got something else than one row", returned=found, wanted="shape (5,)", help=help)
            assert_close(found[:3], y, tol=1e-10, help=help)
            batches.append(tuple(found[3:].tolist()))
    return batches


def assert_exception(result, kind, message, help):
    classes = entry(result, "classes", help=help)
    there = type(classes) is list and kind in classes
    assert_true(there, "another result came back", returned=str(classes)[:100], wanted=kind, help=help)
    text = entry(result, "message")
    if message is not None:
        assert_true(text == message, "another exception came back", returned=text, wanted=message, help=help)
    else:
        assert_true(type(text) is str and text.strip(), "the exception has no message", help=help)


def assert_batches(answer, drawn, items, max_batch, help, spare=0):
    """No batch is too large, and there are as few as the items take; with bad ones `spare` more, or fewer."""
    batches = assert_answer(answer, drawn, items, help=help)
    sizes = [size for size, _ in batches]
    assert_true(max(sizes) <= max_batch, "a batch is too large", returned=max(sizes), wanted=max_batch, help=help)
    calls = len({call for _, call in batches})
    needed = int(np.ceil(len(items) / max_batch))
    fits = calls <= needed + spare if spare else calls == needed
    assert_true(fits, "another number of batches", returned=calls, wanted=needed, help=help)
