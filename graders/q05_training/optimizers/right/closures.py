"""Classes made by a function: state in closures, by the parameter's identity, and step() an instance attribute."""

import torch


def _make(name, rates, init, rule, signature):
    def __init__(self, params, *args, **kw):
        o = dict(zip(signature, args), **kw)
        full = {k: o.get(k, d) for k, d in signature.items()}
        if full["lr"] is None:
            raise TypeError("lr is missing")
        bad = [r for r in rates(full) if not (0 <= r < 1)]
        if full["lr"] <= 0 or bad:
            raise ValueError("bad hyperparameters")
        ps = tuple(params)
        if not len(ps):
            raise ValueError("empty")
        memory = {}

        def step():
            live = [p for p in ps if p.grad is not None]
            if not live:
                return
            with torch.no_grad():
                for p in live:
                    n, *bufs = memory.get(id(p), (0, *(torch.zeros_like(p) for _ in range(init))))
                    delta, bufs = rule(full, n, p.grad, bufs)
                    memory[id(p)] = (n + 1, *bufs)
                    torch._foreach_add_([p], [delta], alpha=-full["lr"])

        def zero_grad():
            for p in ps:
                p.grad = None

        self.step, self.zero_grad = step, zero_grad

    return type(name, (), {"__init__": __init__})


def _sgd(o, n, g, bufs):
    (b,) = bufs
    b = o["momentum"] * b + g
    return b, (b,)


def _rms(o, n, g, bufs):
    (v,) = bufs
    v = o["alpha"] * v + (1 - o["alpha"]) * g.square()
    return g / (v.sqrt() + o["eps"]), (v,)


def _adam(o, n, g, bufs):
    m, v = bufs
    a, b = o["betas"]
    m, v = a * m + (1 - a) * g, b * v + (1 - b) * g.square()
    return (m / (1 - a ** (n + 1))) / ((v / (1 - b ** (n + 1))).sqrt() + o["eps"]), (m, v)


SGD = _make("SGD", lambda o: [o["momentum"]], 1, _sgd, dict(lr=None, momentum=0.0))
RMSprop = _make("RMSprop", lambda o: [], 1, _rms, dict(lr=0.01, alpha=0.99, eps=1e-8))
Adam = _make("Adam", lambda o: o["betas"], 2, _adam, dict(lr=0.001, betas=(0.9, 0.999), eps=1e-8))
