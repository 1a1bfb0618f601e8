"""The mended TransferLearner around a small convolutional backbone with secret values."""

import numpy as np
import torch
from torch.nn import functional

from etude.grading import (
    as_array,
    assert_close,
    assert_dtype,
    assert_raises,
    assert_shape,
    assert_true,
    assert_unchanged,
    check,
    entry,
    unpack,
)

OLD, NEW = 7, 5
HEAD = {"head.weight", "head.bias"}
CHILDREN = ("last", "act", "block", "norm", "stem")  # from the head on; fc was registered between norm and block
NORMS = {"norm": "norm", "block": "block.1", "last": "last.1.0"}


@check("correctness", points=2)
def test_scores(submission, rng):
    """The scores are what the backbone gives with its new head."""
    for dtype in ("float64", "float32"):
        setup, x = draw(rng, dtype)
        answers = follow(submission, setup, [NEW], ("eval",), ("head",), ("forward", x))
        head = head_of(answers[1])
        assert_true(np.ptp(head["head.weight"]) > 0, "the head's weights are all equal", help="Make a fresh nn.Linear.")
        assert_forward(answers[2], setup, head, x, help="forward is the backbone's own: no softmax, no detour.")


@check("contract", points=2, depends_on="test_scores")
def test_fresh_head(submission, rng):
    """The head is new, has the size asked for and a bias, and comes in the old one's dtype and device."""
    for classes, bias, dtype in ((NEW, True, "float64"), (OLD, False, "float64"), (1, False, "float32")):
        setup, _ = draw(rng, dtype, bias=bias)
        first, second = (follow(submission, setup, [classes], ("head",))[0] for _ in range(2))
        for head in (first, second):
            assert_shape(entry(head, "head.weight"), (classes, 8))
            assert_shape(
                entry(head, "head.bias"), (classes,), help="The new head has a bias even if the old one had none."
            )
            for value in head.values():
                assert_dtype(value, dtype, help="Pass dtype=old.weight.dtype (and device=) to the new layer.")
        same = np.array_equal(as_array(first["head.weight"]), as_array(second["head.weight"]))
        assert_true(
            not same, "two new heads have the same weights", help="Make a fresh nn.Linear, initialised at random."
        )
    setup["device"] = "meta"
    answers = follow(submission, setup, [NEW], ("device",))
    assert_true(answers[0] == ["meta", "meta"], "the head is not on the old head's device", returned=str(answers[0]))


@check("correctness", points=3, depends_on="test_scores")
def test_head_trainable(submission, rng):
    """The head is trainable: gradients reach its weight and its bias."""
    for freeze in (True, False):
        setup, x = draw(rng)
        setup["still"] = ["fc.weight", "fc.bias"]
        cotangent = torch.tensor(rng.normal(size=(len(x), NEW)))
        script = [("eval",), ("trainable",), ("head",), ("backward", x, cotangent)]
        answers = follow(submission, setup, [NEW, freeze], *script)
        trainable = answers[1] if isinstance(answers[1], list) else []
        help = "Whoever freezes the whole backbone must not have put the new head into it before."
        assert_true(set(trainable) >= HEAD, "the head is frozen", returned=str(trainable), help=help)
        state = tensors(setup, head_of(answers[2]))
        for name in HEAD:
            state[name].requires_grad_()
        (network(state, x)[0] * cotangent).sum().backward()
        for name in sorted(HEAD):
            assert_close(entry(answers[3], name), state[name].grad, help=help)


@check("correctness", points=1, depends_on="test_scores")
def test_frozen_parameters(submission, rng):
    """With a frozen backbone nothing but the head is trainable."""
    setup, _ = draw(rng)
    assert_trainable(follow(submission, setup, [NEW], ("trainable",))[0], set())


@check("correctness", points=3, depends_on="test_scores")
def test_optimizer(submission, rng):
    """The optimiser is Adam over exactly the trainable parameters, with the given or the default learning rate."""
    for lr in ([], [rng.uniform(0.01, 0.1)]):
        setup, _ = draw(rng)
        setup["still"] = still = ["stem.weight", "stem.bias", "block.0.weight"]
        movable = HEAD | parameters_of(CHILDREN, setup) - set(still)
        assert_optimizer(submission, rng, setup, [NEW, False], lr, (), movable)


@check("correctness", points=3, depends_on="test_frozen_parameters")
def test_unfreeze(submission, rng):
    """unfreeze_layers(n) makes the last n children trainable, fc not counted, and those without parameters counted."""
    for n in range(7):
        setup, _ = draw(rng)
        trainable = follow(submission, setup, [NEW], ("unfreeze", n), ("trainable",))[1]
        assert_trainable(trainable, parameters_of(CHILDREN[:n], setup))


@check("correctness", points=3, depends_on="test_scores")
def test_frozen_norms(submission, rng):
    """In training mode the batch norm of a frozen backbone uses its running statistics, and they do not move."""
    setup, x = draw(rng)
    setup["mask"] = np.ones(6)
    for mode in (("train",), ("parent", True)):
        answers = follow(submission, setup, [NEW], ("head",), ("eval",), mode, ("forward", x), ("forward", x))
        for answer in answers[3:]:
            assert_forward(
                answer,
                setup,
                head_of(answers[0]),
                x,
                training=True,
                help="Every train() puts batch norm back into training mode: override it, and hold the frozen ones.",
            )


@check("correctness", points=1, depends_on="test_scores")
def test_frozen_from_construction(submission, rng):
    """Frozen batch norm is in evaluation mode at once, before anybody calls train() or eval()."""
    setup, x = draw(rng)
    answers = follow(submission, setup, [NEW], ("head",), ("forward", x))
    seen, wanted = (
        entry(answers[1], "statistics"),
        {key: setup["values"][key] for key in setup["values"] if "running" in key},
    )
    for key, value in wanted.items():
        assert_close(entry(seen, key), value, help="The learner starts in training mode: hold the norms in __init__.")


@check("correctness", points=1, depends_on="test_scores")
def test_every_kind_of_norm(submission, rng):
    """Batch norm over volumes, and one without weights, is frozen as well, and so is the backbone's own parameter."""
    trainable = assert_other_norms(submission, rng, 0)
    help = "A backbone may hold parameters itself, outside of its children: go over backbone.parameters()."
    assert_true("3" not in trainable, "the backbone's own parameter is trainable", returned=str(trainable), help=help)


@check("correctness", points=1, depends_on="test_scores")
def test_dropout_follows(submission, rng):
    """Dropout in a frozen backbone follows the learner's mode."""
    setup, x = draw(rng)
    setup["mask"] = np.zeros(6)  # with everything dropped all rows have the same scores, whatever batch norm does
    for modes, equal in (([("train",)], True), ([("train",), ("eval",)], False), ([("eval",), ("train",)], True)):
        scores = entry(follow(submission, setup, [NEW], *modes, ("forward", x))[-1], "scores")
        assert_shape(scores, (len(x), NEW))
        spread = np.ptp(as_array(scores).astype(np.float64), axis=0).max()
        help = "Hold the batch-norm layers only, not the whole child."
        problem = "dropout is off in training mode" if equal else "dropout is on in evaluation mode"
        assert_true(spread < 1e-6 if equal else spread > 1e-6, problem, help=help)


@check("contract", points=1, depends_on="test_scores")
def test_modes_return_the_learner(submission, rng):
    """train() and eval() return the learner."""
    setup, _ = draw(rng)
    for freeze in (True, False):
        answers = follow(submission, setup, [NEW, freeze], ("train",), ("eval",))
        assert_true(answers == (True, True), "something else came back", help="End your train() with `return self`.")


@check("correctness", points=1, depends_on="test_scores")
def test_not_frozen(submission, rng):
    """With freeze_backbone=False no requires_grad but the head's changes, and batch norm follows the mode."""
    for still in (["stem.weight", "block.0.bias"], ["stem.bias", "fc.weight", "fc.bias"], []):
        setup, x = draw(rng)
        setup["still"] = still
        script = [("train",), ("forward", x), ("eval",), ("forward", x), ("trainable",)]
        answers = follow(submission, setup, [NEW, False], ("head",), *script)
        assert_trainable(answers[-1], parameters_of(CHILDREN, setup) - set(still))
        if not still:
            assert_rounds(answers, setup, x, live=CHILDREN, training=(True, False))


@check("correctness", points=1, depends_on="test_scores")
def test_unfreeze_again(submission, rng):
    """n counts from the head in every call, and nothing is frozen again."""
    for calls, reached in (((1, 1), 1), ((3, 1), 3), ((1, 4, 0, 2), 4), ((9, 1), 5)):
        setup, _ = draw(rng)
        script = [("unfreeze", n) for n in calls]
        trainable = follow(submission, setup, [NEW], *script, ("trainable",))[-1]
        assert_trainable(trainable, parameters_of(CHILDREN[:reached], setup))


@check("correctness", points=2, depends_on="test_scores")
def test_unfrozen_norms(submission, rng):
    """Batch norm of an unfrozen child follows the learner's mode at once, and the others stay frozen."""
    setup, x = draw(rng)
    for n in (1, 3, 5):
        script = [
            ("train",),
            ("unfreeze", n),
            ("forward", x),
            ("eval",),
            ("forward", x),
            ("parent", True),
            ("forward", x),
        ]
        answers = follow(submission, setup, [NEW], ("head",), *script)
        assert_rounds(answers, setup, x, live=CHILDREN[:n], training=(True, False, True))
    script = [("eval",), ("unfreeze", 3), ("forward", x), ("unfreeze", 1), ("forward", x), ("train",), ("forward", x)]
    answers = follow(submission, setup, [NEW], ("head",), *script)
    assert_rounds(answers, setup, x, live=CHILDREN[:3], training=(False, False, True))
    for n in (1, 2):
        assert_other_norms(submission, rng, n)


@check("correctness", points=1, depends_on="test_scores")
def test_optimizer_after_unfreezing(submission, rng):
    """An optimiser made after unfreezing moves what is trainable by then."""
    setup, _ = draw(rng)
    movable = parameters_of(CHILDREN[:3], setup)
    lr = [rng.uniform(0.01, 0.1)]
    assert_optimizer(submission, rng, setup, [NEW], lr, [("unfreeze", 3)], movable, parameters_of(CHILDREN, setup))


@check("gradient", points=1, depends_on="test_scores")
def test_gradients(submission, rng):
    """Gradients pass through a frozen backbone to the input, and reach every parameter of one that is not frozen."""
    for freeze in (True, False):
        setup, x = draw(rng)
        cotangent = torch.tensor(rng.normal(size=(len(x), NEW)))
        answers = follow(submission, setup, [NEW, freeze], ("eval",), ("head",), ("backward", x, cotangent))
        state = tensors(setup, head_of(answers[1]))
        names = set() if freeze else parameters_of(CHILDREN, setup)
        point = x.clone().requires_grad_()
        for name in names:
            state[name].requires_grad_()
        (network(state, point)[0] * cotangent).sum().backward()
        for name in sorted(names):
            assert_close(entry(answers[2], name), state[name].grad)
        assert_close(entry(answers[2], "x"), point.grad, help="Freeze parameters, but do not cut the graph.")


@check("errors", points=1, depends_on="test_scores")
def test_number_of_classes(submission, rng):
    """Fewer than one class raises ValueError, and leaves the backbone as it was."""
    setup, _ = draw(rng)
    for classes in (0, -3):
        assert_raises(ValueError, submission.probe.construct, setup, None, [classes])
        seen = submission.probe.after_refusal(setup, [classes])
        names = {*parameters_of(CHILDREN, setup), "fc.weight", "fc.bias"}
        assert_trainable(entry(seen, "trainable"), names, help="Look at the arguments before you freeze anything.")
        assert_true(entry(seen, "same_head") is True, "the backbone has lost its head")
        assert_true(entry(seen, "norms") == [True] * 3, "the backbone's batch norm was put into evaluation mode")


@check("errors", points=1, depends_on="test_scores")
def test_negative_n(submission, rng):
    """A negative n raises ValueError and unfreezes nothing."""
    setup, _ = draw(rng)
    assert_raises(ValueError, follow, submission, setup, [NEW], ("unfreeze", -1))
    assert_trainable(follow(submission, setup, [NEW], ("refused", -2), ("trainable",))[-1], set())


@check("errors", points=1, depends_on="test_scores")
def test_no_linear_head(submission, rng):
    """A backbone without fc, or with another kind of fc, raises TypeError."""
    setup, _ = draw(rng)
    for fc in ("missing", "none", "sequence", "convolution", "lookalike"):
        assert_raises(TypeError, submission.probe.construct, setup, fc, [NEW], help="isinstance(fc, nn.Linear).")


@check("contract", points=1, depends_on="test_scores", testimony=True)
def test_manners(submission, rng):
    """The input is not changed, nothing is printed, and global settings and seeds are left alone."""
    setup, x = draw(rng)
    script = [("train",), ("forward", x), ("eval",)]
    assert_unchanged(submission.probe.follow, setup, [NEW], script, draws=True)


def follow(submission, setup, arguments, *script):
    return unpack(submission.probe.follow(setup, arguments, list(script)), len(script))


def draw(rng, dtype="float64", bias=True):
    """A backbone's values, with statistics unlike the batch's, and an input."""
    channels, hidden, width = 4, 6, 8
    values = {
        "stem.weight": rng.normal(size=(channels, 2, 3, 3)) / 3,
        "stem.bias": rng.normal(size=channels),
        "block.0.weight": rng.normal(size=(hidden, channels)),
        "block.0.bias": rng.normal(size=hidden),
        "last.0.weight": rng.normal(size=(width, hidden)),
        "last.0.bias": rng.normal(size=width),
    }
    for norm, size in (("norm", channels), ("block.1", hidden), ("last.1.0", width)):
        values |= {f"{norm}.{kind}": rng.uniform(0.5, 1.5, size) for kind in ("weight", "running_var")}
        values |= {f"{norm}.{kind}": rng.normal(size=size) for kind in ("bias", "running_mean")}
    values = {key: value.astype(dtype) for key, value in values.items()}
    mask = rng.uniform(0.3, 2.0, hidden).astype(dtype)
    x = torch.tensor(rng.normal(0.5, 1.5, size=(6, 2, 5, 5)).astype(dtype))
    setup = {"values": values, "mask": mask, "classes": OLD, "bias": bias, "dtype": dtype}
    return setup | {"device": "cpu", "still": [], "training": True}, x


def parameters_of(children, setup):
    return {key for key in setup["values"] if key.split(".")[0] in children and "running" not in key}


def head_of(answer):
    head = {name: as_array(entry(answer, name)) for name in HEAD}
    assert_shape(head["head.weight"], (NEW, 8))
    assert_shape(head["head.bias"], (NEW,))
    return head


def tensors(setup, head):
    return {key: torch.tensor(value, dtype=torch.float64) for key, value in {**setup["values"], **head}.items()}


def network(state, x, live=(), mask=1.0):
    """Scores and running statistics; batch norm uses the batch's own statistics in the children `live`."""
    state = {key: value.clone() if "running" in key else value for key, value in state.items()}

    def norm(child, h):
        mean, variance, weight, bias = (
            state[f"{NORMS[child]}.{kind}"] for kind in ("running_mean", "running_var", "weight", "bias")
        )
        return functional.batch_norm(h, mean, variance, weight, bias, training=child in live)

    h = functional.conv2d(x, state["stem.weight"], state["stem.bias"])
    h = torch.tanh(norm("norm", h)).mean((2, 3))
    h = torch.tanh(norm("block", functional.linear(h, state["block.0.weight"], state["block.0.bias"])) * mask)
    h = norm("last", functional.linear(h, state["last.0.weight"], state["last.0.bias"]))
    scores = functional.linear(h, state["head.weight"], state["head.bias"])
    return scores, {key: value for key, value in state.items() if "running" in key}


def assert_forward(answer, setup, head, x, live=(), training=False, state=None, help=None):
    """The scores, and the running statistics after them, are right; the latter."""
    mask = torch.tensor(setup["mask"], dtype=torch.float64) if training else 1.0
    scores, statistics = network(state or tensors(setup, head), x.double(), live if training else (), mask)
    assert_close(entry(answer, "scores"), scores, dtype=setup["dtype"], help=help)
    for name, value in statistics.items():
        assert_close(entry(entry(answer, "statistics"), name), value, tol=1e-5, help=help)
    return statistics


def assert_rounds(answers, setup, x, live, training):
    """Forward passes in these modes, one after the other, in answers that begin with the head."""
    state = tensors(setup, head_of(answers[0]))
    rounds = [answer for answer in answers if isinstance(answer, dict) and "scores" in answer]
    assert_true(len(rounds) == len(training), "some forward pass gave nothing")
    for answer, mode in zip(rounds, training, strict=True):
        help = "Take unfrozen children off the list of those that are held, and give them the learner's mode."
        state |= assert_forward(answer, setup, None, x, live, mode, state, help)


def assert_other_norms(submission, rng, n):
    """The running means of a backbone with two other norms, n layers unfrozen; the shapes of what is trainable."""
    x, means = torch.tensor(rng.normal(1, 2, size=(5, 3, 2, 2, 2))), rng.normal(size=(2, 3))
    seen = submission.probe.other_norms(x, means, n)
    volume, flat = (torch.tensor(mean) for mean in means)
    h = functional.batch_norm(x, volume, torch.ones(3).double(), training=n > 1).mean((2, 3, 4))
    functional.batch_norm(h, flat, torch.ones(3).double(), training=n > 0)
    help = "Find them by isinstance among modules(), whatever parameters they have: BatchNorm1d, 2d and 3d."
    assert_close(entry(seen, "volume"), volume, help=help)
    assert_close(entry(seen, "flat"), flat, help=help)
    return entry(seen, "trainable")


def assert_trainable(answer, wanted, help=None):
    """Of the backbone's own parameters exactly these are trainable; the head has a check of its own."""
    found = sorted(set(answer) - HEAD) if isinstance(answer, list) else answer
    wanted = sorted(wanted)
    assert_true(found == wanted, "other parameters are trainable", returned=str(found), wanted=str(wanted), help=help)


def assert_optimizer(submission, rng, setup, arguments, lr, script, movable, compared=None):
    shapes = {key: setup["values"][key].shape for key in sorted(parameters_of(CHILDREN, setup))}
    shapes |= {"head.weight": (NEW, 8), "head.bias": (NEW,)}
    gradients = [{key: rng.normal(size=shape) for key, shape in shapes.items()} for _ in range(2)]
    answers = follow(submission, setup, arguments, *script, ("head",), ("optimize", lr, gradients))
    state = tensors(setup, head_of(answers[-2]))
    oracle = torch.optim.Adam([state[name] for name in sorted(movable)], lr=lr[0] if lr else 0.001)
    for each in gradients:
        for name in movable:
            state[name].grad = torch.tensor(each[name])
        oracle.step()
    for name in sorted(compared or shapes):
        help = (
            "Adam over the parameters that require gradients, and no others: frozen ones may have gradients left over."
        )
        assert_close(entry(answers[-1], name), state[name], help=help)
