"""Right, the way it was written before no_grad: `.data`, out-of-place formulas that end in copy_, velocities with the
rate inside and a minus sign, state in plain lists, no common base class."""


def nonempty(params):
    kept = [p for p in params]
    if len(kept) == 0:
        raise ValueError("optimizer got an empty parameter list")
    return kept


def positive(lr):
    if not lr > 0:
        raise ValueError("Invalid learning rate: %r" % (lr,))
    return lr


def fraction(x, what):
    if x < 0.0 or x >= 1.0:
        raise ValueError("Invalid %s: %r" % (what, x))
    return x


class SGD:
    def __init__(self, params, lr, momentum=0.0):
        self.ps = nonempty(params)
        self.lr = positive(lr)
        self.mu = fraction(momentum, "momentum")
        self.v = [None] * len(self.ps)

    def step(self):
        for i, p in enumerate(self.ps):
            if p.grad is None:
                continue
            move = -self.lr * p.grad.data
            if self.v[i] is not None:
                move = self.mu * self.v[i] + move
            self.v[i] = move
            p.data.copy_(p.data + move)

    def zero_grad(self):
        for p in self.ps:
            p.grad = None


class RMSprop:
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8):
        self.ps = nonempty(params)
        self.lr, self.alpha, self.eps = positive(lr), alpha, eps
        self.sq = [p.data * 0 for p in self.ps]

    def step(self):
        for i, p in enumerate(self.ps):
            if p.grad is None:
                continue
            g = p.grad.data
            self.sq[i] = self.sq[i] + (1 - self.alpha) * (g * g - self.sq[i])
            p.data -= self.lr * g / (self.sq[i] ** 0.5 + self.eps)

    def zero_grad(self):
        for p in self.ps:
            p.grad = None


class Adam:
    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.ps = nonempty(params)
        self.lr, self.eps = positive(lr), eps
        self.b1, self.b2 = (fraction(b, "beta") for b in betas)
        self.m = [0.0] * len(self.ps)
        self.v = [0.0] * len(self.ps)
        # the powers themselves, one pair for each parameter
        self.pow1 = [1.0] * len(self.ps)
        self.pow2 = [1.0] * len(self.ps)

    def step(self):
        for i, p in enumerate(self.ps):
            if p.grad is None:
                continue
            g = p.grad.data
            self.pow1[i] *= self.b1
            self.pow2[i] *= self.b2
            self.m[i] = self.b1 * self.m[i] + (1 - self.b1) * g
            self.v[i] = self.b2 * self.v[i] + (1 - self.b2) * g * g
            mhat = self.m[i] / (1 - self.pow1[i])
            vhat = self.v[i] / (1 - self.pow2[i])
            p.data -= self.lr * mhat / (vhat ** 0.5 + self.eps)

    def zero_grad(self):
        for p in self.ps:
            p.grad = None
