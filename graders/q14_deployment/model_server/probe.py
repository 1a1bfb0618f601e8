"""Builds servers around small models with given numbers, and lets threads meet inside the model."""

import threading
from contextlib import suppress

import torch
from torch import nn

MEET = 0.15  # seconds that one thread waits for another


class Shared:
    """What every copy of a model has in common: the number of its calls, and a lock."""

    def __init__(self):
        self.calls, self.lock = 0, threading.Lock()

    def __deepcopy__(self, memo):
        return self

    def next(self):
        with self.lock:
            self.calls += 1
            return self.calls


class Place(Shared):
    """A place where the first thread waits until the second is done altogether."""

    def __init__(self, name):
        super().__init__()
        self.name, self.armed = name, False
        self.first_in, self.second_in, self.first_done, self.second_done = (threading.Event() for _ in range(4))

    def arrive(self, name):
        if self.armed and name == self.name and self.next() == 1:
            self.first_in.set()
            self.second_done.wait(MEET)


class Model(nn.Module):
    """x @ weight, times factors in training mode and under autograd; then the batch's size and the call's number."""

    def __init__(self, case):
        super().__init__()
        self.weight = nn.Parameter(case["weight"])
        self.inner = nn.ModuleList([nn.Identity()])
        self.case, self.shared = case, Shared()

    def forward(self, x):
        call = self.shared.next()
        if call in self.case["failures"]:
            raise ArithmeticError(self.case["message"])
        return self.output(x, call)

    def output(self, x, call):
        y = x.flatten(1) @ self.weight
        if self.training or self.inner[0].training:
            y = y * self.case["training_factor"]
        if torch.is_grad_enabled():
            y = y * self.case["autograd_factor"]
        return torch.cat([y, torch.full((len(x), 1), len(x)), torch.full((len(x), 1), call)], dim=1)


class Meeting(Model):
    """Where the place is the model, the first call waits for the second to come in, and that for the first's end."""

    def __init__(self, case, place):
        super().__init__(case)
        self.place = place

    def train(self, mode=True):
        self.place.arrive("mode")
        return super().train(mode)

    def forward(self, x):
        call = self.shared.next()
        if self.place.name != "model":
            pass
        elif call == 1:
            self.place.first_in.set()
            self.place.second_in.wait(MEET)
        else:
            self.place.second_in.set()
            self.place.first_done.wait(MEET)
        return self.output(x, call)


def fault(kind, secret):
    """An exception whose secret is no argument: a new one of the same kind and arguments is without it."""
    error = kind("a bad item")
    error.secret = secret
    return error


def preprocess(item):
    if "raises" in item:
        raise fault(LookupError, item["raises"])
    if "instead" in item:
        return item["instead"]
    return torch.tensor(item["x"])


def postprocess_of(case):
    def postprocess(y):
        if y.ndim == 1 and any(abs(float(y[0]) - tag) < 1e-6 for tag in case["unwanted"]):
            raise fault(OverflowError, f"{case['message']} {y.ndim}")
        return {"y": y}

    return postprocess


def server_of(case, model, place=None):
    """A server, whose functions and model are met at the place where there is one."""

    def met(name, function):
        def wrapped(argument):
            place.arrive(name)
            return function(argument)

        return wrapped if place else function

    options = {} if case["max_batch"] is None else {"max_batch": case["max_batch"]}
    functions = met("preprocess", preprocess), met("postprocess", postprocess_of(case))
    return submission.ModelServer(model, *functions, **options)  # noqa: F821


def described(results):
    """Exceptions as their classes and their secret, or else their message; other results as they are."""
    if not isinstance(results, list):
        return None
    return [exception(item) if isinstance(item, BaseException) else item for item in results]


def exception(error):
    message = getattr(error, "secret", error.args[0] if error.args else "")
    return {"classes": [kind.__name__ for kind in type(error).__mro__], "message": str(message)}


def predict(case, requests):
    """What each request gives, with the model, or one submodule alone, put into training mode before each."""
    model = Model(case)
    server = server_of(case, model)
    answers = []
    for number, items in enumerate(requests):
        model.train()
        model.training = number != 1
        answers.append(described(server.predict(items)))
    return answers


def default_batch(case, items):
    return described(server_of(case, Model(case)).predict(items))


def make(case):
    server_of(case, Model(case))


def fail(case, items):
    """A call in which the model may fail."""
    server_of(case, Model(case)).predict(items)


def after_failure(case, items):
    """What a call gives after one in which the model has failed; 'stuck' where it does not come to an end."""
    server = server_of(case, Model(case))
    with suppress(ArithmeticError):
        server.predict(items)
    answers = {}
    thread = threading.Thread(target=lambda: answers.update(y=described(server.predict(items))), daemon=True)
    thread.start()
    thread.join(2.0)
    return answers.get("y", "stuck")


def meet(case, first, second, name="model"):
    """Two threads in one server: the second starts as soon as the first is at the place of that name."""
    place = Place(name)
    model = Meeting(case, place).train()
    server = server_of(case, model, place)
    place.armed = True
    answers = [None, None]

    def work(number, items):
        try:
            answers[number] = described(server.predict(items))
        finally:
            for event in ((place.first_in, place.first_done), (place.second_in, place.second_done))[number]:
                event.set()

    threads = [threading.Thread(target=work, args=pair, daemon=True) for pair in enumerate((first, second))]
    threads[0].start()
    place.first_in.wait(2.0)
    threads[1].start()
    for thread in threads:
        thread.join(3.0)
    return answers


def elsewhere(case, requests):
    """One thread a request, one after the other, in a server that was made in this one."""
    server = server_of(case, Model(case))
    answers = [None] * len(requests)

    def work(number):
        answers[number] = described(server.predict(requests[number]))

    for number in range(len(requests)):
        thread = threading.Thread(target=work, args=(number,), daemon=True)
        thread.start()
        thread.join(5.0)
    return answers


def use(case, items):
    server_of(case, Model(case)).predict(items)
