"""Builds servers around small models with given numbers, and lets threads meet inside the model."""

import threading
from contextlib import suppress

import torch
from torch import nn

MEET = 0.15  # seconds that one thread waits for another


class Model(nn.Module):
    """x @ weight, times factors in training mode and under autograd; then the batch's size and the call's number."""

    def __init__(self, case):
        super().__init__()
        self.weight = nn.Parameter(case["weight"])
        self.inner = nn.ModuleList([nn.Identity()])
        self.case, self.calls = case, 0

    def forward(self, x):
        self.calls += 1
        if self.calls in self.case["failures"]:
            raise ArithmeticError(self.case["message"])
        return self.output(x, self.calls)

    def output(self, x, call):
        y = x.flatten(1) @ self.weight
        if self.training or self.inner[0].training:
            y = y * self.case["training_factor"]
        if torch.is_grad_enabled():
            y = y * self.case["autograd_factor"]
        return torch.cat([y, torch.full((len(x), 1), len(x)), torch.full((len(x), 1), call)], dim=1)


class Meeting(Model):
    """The first call waits for the second to come in, and the second for the first thread to be done altogether."""

    def __init__(self, case):
        super().__init__(case)
        self.first_in, self.second_in, self.first_done = (threading.Event() for _ in range(3))
        self.counting = threading.Lock()

    def forward(self, x):
        with self.counting:
            self.calls += 1
            call = self.calls
        self.slot = x
        if call == 1:
            self.first_in.set()
            self.second_in.wait(MEET)
        else:
            self.second_in.set()
            self.first_done.wait(MEET)
        return self.output(self.slot if self.case["scratch"] else x, call)


def preprocess(item):
    if "raises" in item:
        raise LookupError(item["raises"])
    if "instead" in item:
        return item["instead"]
    return torch.tensor(item["x"])


def postprocess_of(case):
    def postprocess(y):
        if y.ndim == 1 and any(abs(float(y[0]) - tag) < 1e-6 for tag in case["unwanted"]):
            raise OverflowError(f"{case['message']} {y.ndim}")
        return {"y": y}

    return postprocess


def server_of(case, model):
    options = {} if case["max_batch"] is None else {"max_batch": case["max_batch"]}
    return submission.ModelServer(model, preprocess, postprocess_of(case), **options)  # noqa: F821


def described(results):
    """Exceptions as their classes and their message; other results as they are."""
    if not isinstance(results, list):
        return None
    return [
        {"classes": [kind.__name__ for kind in type(item).__mro__], "message": str(item.args[0] if item.args else "")}
        if isinstance(item, BaseException)
        else item
        for item in results
    ]


def predict(case, requests):
    """What each request gives, with the model put into training mode before each."""
    model = Model(case)
    server = server_of(case, model)
    answers = []
    for items in requests:
        model.train()
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


def meet(case, first, second):
    """Two threads in one server: the second starts as soon as the first is inside the model."""
    model = Meeting(case).train()
    server = server_of(case, model)
    answers = [None, None]

    def work(number, items):
        try:
            answers[number] = described(server.predict(items))
        finally:
            if number == 0:
                model.first_done.set()

    threads = [threading.Thread(target=work, args=pair, daemon=True) for pair in enumerate((first, second))]
    threads[0].start()
    model.first_in.wait(2.0)
    threads[1].start()
    for thread in threads:
        thread.join(3.0)
    return answers


def crowd(case, requests):
    """One thread a request, all at once, in a server that was made in this one."""
    server = server_of(case, Model(case))
    answers = [None] * len(requests)

    def work(number):
        answers[number] = described(server.predict(requests[number]))

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5.0)
    return answers


def use(case, items):
    server_of(case, Model(case)).predict(items)
