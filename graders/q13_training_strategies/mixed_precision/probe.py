"""Builds models whose numbers depend on what runs under autocast, lets the candidate train them, and reads them."""

import submission
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

STATES = {None: 0, torch.bfloat16: 1, torch.float16: 2}
DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}


def state() -> int:
    """0 outside autocast, 1 and 2 under it, by its dtype."""
    return STATES.get(torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else None, 0)


class Scores(Tensor):
    """Scores that every operation on them sees times a level, which depends on whether autocast is on."""

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        def level(value):
            if isinstance(value, (list, tuple)):
                return type(value)(map(level, value))
            return value.as_subclass(Tensor) * value.levels[state()] if isinstance(value, cls) else value

        with torch._C.DisableTorchFunctionSubclass():
            return function(*map(level, args), **{name: level(value) for name, value in (kwargs or {}).items()})


class Gate(torch.autograd.Function):
    """Lets values through, and gradients times a level that depends on whether backward runs under autocast."""

    @staticmethod
    def forward(ctx, x, levels, factor):
        ctx.levels, ctx.factor = levels, factor
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.levels[state()] * ctx.factor, None, None


class Frame(nn.Module):
    """`x @ w.T + b`, written so that autocast leaves it in float32, times the host's levels.

    forward: a level for each mode and each state of autocast; loss, backward: a level for each state. factors: what the
    gradients of each batch in turn are multiplied by.
    """

    def __init__(self, weights, forward, loss, backward, factors) -> None:
        super().__init__()
        self.w, self.b = (nn.Parameter(torch.tensor(weights[name])) for name in ("w", "b"))
        self.levels, self.loss, self.back = forward, loss, backward
        self.factors, self.inner = iter(factors), nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        scores = (x.transpose(1, -1).flatten(1)[:, None] * self.w).sum(-1) + self.b  # images are read by columns
        scores = scores * self.levels[self.training and self.inner.training][state()]
        scores = Gate.apply(scores, self.back, next(self.factors, 1.0)).as_subclass(Scores)
        scores.levels = self.loss
        return scores


class ByDtype(nn.Module):
    """Multiplies by a level that depends on the dtype of what comes in."""

    def __init__(self, levels) -> None:
        super().__init__()
        self.levels = levels

    def forward(self, x: Tensor) -> Tensor:
        return x * self.levels[STATES.get(x.dtype, 0)]


class World:
    """A model, its optimiser and a scaler.

    rates: the learning rate of a step outside and under autocast. scaler: keywords of a GradScaler, None for no scaler.
    evaluating: the model starts in evaluation mode; inside: only its submodule does.
    """

    def __init__(
        self,
        weights,
        rates=(0.0, 0.0),
        momentum=0.0,
        *,
        forward=((1.0,) * 3,) * 2,
        loss=(1.0,) * 3,
        backward=(1.0,) * 3,
        factors=(),
        scaler=None,
        held=("w", "b"),
        frozen=(),
        stale=None,
        evaluating=False,
        inside=False,
    ) -> None:
        self.model = Frame(weights, forward, loss, backward, factors)
        self.parameters = {"w": self.model.w, "b": self.model.b}
        for name in frozen:
            self.parameters[name].requires_grad_(False)
        for name, gradient in (stale or {}).items():
            self.parameters[name].grad = torch.tensor(gradient)
        self.model.train(not evaluating)
        self.model.training |= inside
        self._equip([self.parameters[name] for name in held], rates, momentum, scaler)

    def _equip(self, held, rates, momentum, scaler) -> None:
        self.optimizer = torch.optim.SGD(held, lr=rates[0], momentum=momentum)
        self.optimizer.register_step_pre_hook(lambda *_: self._set_rate(rates[state() > 0]))
        self.scaler = None if scaler is None else torch.amp.GradScaler("cpu", **scaler)

    def _set_rate(self, rate: float) -> None:
        self.optimizer.param_groups[0]["lr"] = rate


class Layers(World):
    """A network of torch's linear layers, of which the first is followed by a `ByDtype`."""

    def __init__(self, weights, levels, rate, scaler=None) -> None:
        (hidden, inputs), classes = weights["w1"].shape, len(weights["w2"])
        first, last = nn.Linear(inputs, hidden), nn.Linear(hidden, classes)
        self.model = nn.Sequential(first, ByDtype(levels), nn.Tanh(), last)
        self.parameters = {"w1": first.weight, "b1": first.bias, "w2": last.weight, "b2": last.bias}
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.copy_(torch.tensor(weights[name]))
        self._equip(self.model.parameters(), (rate, rate), 0.0, scaler)


class Away(Tensor):
    """A tensor on another device, as it were (it names `meta`): one of this device meets it only once it was moved."""

    @staticmethod
    def __new__(cls, value: Tensor):
        away = Tensor._make_wrapper_subclass(cls, value.shape, dtype=value.dtype, device="meta")
        away.value = value
        return away

    def tolist(self):
        return self.value.tolist()

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        others = []

        def open(value):
            if isinstance(value, (list, tuple)):
                return type(value)(map(open, value))
            if isinstance(value, Tensor) and not isinstance(value, cls) and value.ndim:
                others.append(value)
            return value.value if isinstance(value, cls) else value

        args, kwargs = open(args), {name: open(value) for name, value in (kwargs or {}).items()}
        copies = function is torch.ops.aten.copy_.default
        if others and not copies:
            raise RuntimeError("Expected all tensors to be on the same device, but found two of them")
        device = torch.device(kwargs.pop("device", None) or "meta")
        if device.type != "meta":
            return function(*args, **kwargs, device=device)
        result = function(*args, **kwargs)
        return cls(result) if isinstance(result, Tensor) and not copies else result


class Own:
    """A loader with nothing but `__iter__`."""

    def __init__(self, batches) -> None:
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)


def train(world, batches, form="own", dtype=None, **named):
    """What the candidate returns for an epoch over the batches, in a loader of that form."""
    pairs = [(torch.tensor(x), torch.tensor(y)) for x, y in batches]
    loaders = {
        "own": lambda: Own(pairs),
        "away": lambda: Own([(Away(x), Away(y)) for x, y in pairs]),
        "DataLoader": lambda: DataLoader(pairs, batch_size=None),
    }
    if world.scaler is not None:
        named["scaler"] = world.scaler
    if dtype is not None:
        named["dtype"] = DTYPES[dtype]
    return submission.train_mixed_precision(world.model, world.optimizer, loaders[form](), **named)


def train_on(weights, rates, loader, **named):
    """An epoch on tensors that came over the wire, so that the judge can look at them again."""
    world = World(weights, rates)
    return submission.train_mixed_precision(world.model, world.optimizer, loader, **named)


def read(world):
    return {
        "parameters": {name: value.detach().clone() for name, value in world.parameters.items()},
        "scale": None if world.scaler is None else world.scaler.get_scale(),
        "autocast": state(),
    }
