"""Banned calls are found under every alias; what only looks like one is left alone; no source hurts the host."""

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etude.judge.rules import Violation, violations
from etude.syntax import MAX_CHARACTERS, parse

DROPOUT = [
    "torch.nn.Dropout*",
    "torch.nn.AlphaDropout",
    "torch.nn.functional.*dropout*",
    "torch.dropout",
    "torch.native_dropout",
]
SOFTMAX = ["torch.softmax", "torch.nn.functional.softmax", "torch.Tensor.softmax", "torch.nn.Softmax*"]

CAUGHT = [
    ("import torch.nn.functional as F\nF.dropout(x)", DROPOUT),
    ("from torch.nn import functional\nfunctional.dropout2d(x)", DROPOUT),
    ("from torch.nn.functional import dropout as d", DROPOUT),
    ("from torch.nn.functional import *\ndropout(x)", DROPOUT),
    ("import torch\nnn = torch.nn\nD = nn.Dropout", DROPOUT),
    ("import torch\nnn, x = torch.nn, 1\nnn.Dropout", DROPOUT),
    ("import torch\n(nn := torch.nn).Dropout", DROPOUT),
    ("import torch\ndef f(x, F=torch.nn.functional): return F.dropout(x)", DROPOUT),
    ("import torch\ndef f(x, *, F=torch.nn.functional): return F.dropout(x)", DROPOUT),
    ("import torch\ng = lambda x, F=torch.nn.functional: F.dropout(x)", DROPOUT),
    ("b = a.Dropout\na = c\nc = d\nimport torch.nn as d", DROPOUT),
    ("import torch\nfor m in (torch.nn, torch): m.Dropout", DROPOUT),
    ("import torch\n[m.Dropout for m in [torch.nn]]", DROPOUT),
    ("import torch\n(torch.nn if x else torch).Dropout", DROPOUT),
    (
        "import torch\nclass A:\n def __init__(self): self.F = torch.nn.functional\n def f(self): self.F.dropout(1)",
        DROPOUT,
    ),
    ("import torch\nmodules = {'nn': torch.nn}\nmodules['nn'].Dropout", DROPOUT),
    ("import torch.nn.functional as F\ngetattr(F, 'dropout')(x)", DROPOUT),
    ("import torch.nn.functional as F\ngetattr(F, 'drop' + 'out')(x)", DROPOUT),
    ("import torch.nn.functional as F\nn = 'out'\ngetattr(F, f'drop{n}')(x)", DROPOUT),
    ("import torch.nn.functional as F\ngetattr(F, ''.join(['drop', 'out']))(x)", DROPOUT),
    ("import torch.nn.functional as F\nF.__dict__['dropout'](x)", DROPOUT),
    ("import torch.nn.functional as F\nF.__dict__.get('dropout')(x)", DROPOUT),
    ("import torch.nn.functional as F\nvars(F)['dropout'](x)", DROPOUT),
    ("import torch.nn.functional as F\nF.__getattribute__('dropout')", DROPOUT),
    ("import torch.nn.functional as F\nglobals()['F'].dropout", DROPOUT),
    ("import operator, torch.nn.functional as F\noperator.attrgetter('dropout')(F)(x)", DROPOUT),
    ("from operator import attrgetter as g\nimport torch\ng('nn.functional.dropout')(torch)(x)", DROPOUT),
    ("import operator, torch.nn.functional as F\noperator.methodcaller('dropout', x)(F)", DROPOUT),
    ("import functools, torch\nfunctools.partial(torch.nn.functional.dropout, p=0.1)", DROPOUT),
    ("import torch.nn as nn\nclass Mine(nn.Dropout): pass", DROPOUT),
    ("import torch.nn as nn\n@nn.Dropout\ndef f(): pass", DROPOUT),
    ("import torch\ntorch.ops.aten.dropout(x, 0.5, True)", DROPOUT),
    ("import torch\ntorch.ops.aten.native_dropout.default(x, 0.5, True)", DROPOUT),
    ("import torch\ntorch._VF.dropout(x, 0.5, True)", DROPOUT),
    ("import torch\ntorch._C._VariableFunctions.dropout(x)", DROPOUT),
    ("import torch\ntorch._C._nn.dropout(x)", DROPOUT),
    ("import torch\ntorch._refs.nn.functional.dropout(x)", DROPOUT),
    ("from torch.nn.modules.dropout import Dropout", DROPOUT),
    ("import torch\ntorch.nn.modules.activation.F.dropout(x)", DROPOUT),
    ("import torch\ntorch.nn.init.torch.dropout(x)", DROPOUT),
    ("import torch\ntorch.nn.quantized.Dropout()", DROPOUT),
    ("import torch\ntorch.dropout_(x)", DROPOUT),
    ("eval('__import__(\"torch\").dropout')", DROPOUT),
    ("x.softmax(-1)", SOFTMAX),
    ("def softmax(x): return x.softmax(-1)", SOFTMAX),
    ("getattr(x, 'softmax')(-1)", SOFTMAX),
    ("import torch\ntorch.Tensor.softmax(x, -1)", SOFTMAX),
    ("import torch\ntorch.special.softmax(x, -1)", SOFTMAX),
    ("import torch\ntorch._softmax(x, -1, False)", SOFTMAX),
    ("import torch\ntorch.ones(3).softmax(-1)", SOFTMAX),
    ("from torch.optim import *", ["torch.optim"]),
    ("from torch import optim", ["torch.optim"]),
    ("import torch.optim.lr_scheduler", ["torch.optim"]),
    ("import importlib\nimportlib.import_module('scipy.special')", ["scipy"]),
    ("from importlib import import_module as i\ni('.special', 'scipy')", ["scipy"]),
    ("__import__('scipy')", ["scipy"]),
    ("import sys\nsys.modules['scipy']", ["scipy"]),
    ("import sys\nsys.modules.get('scipy').special", ["scipy"]),
    ("exec('import scipy.special as s')", ["scipy"]),
    ("import sklearn.utils.fixes\nsklearn.utils.fixes.scipy.special", ["scipy"]),
    ("import numpy as np\nnp.core.umath.tanh(x)", ["numpy.tanh"]),
    ("import numpy as np\nvars(np)['hnat'[::-1]](x)", ["numpy.tanh"]),
    ("import numpy as np\ngetattr(np, ''.join(reversed('hnat')))(x)", ["numpy.tanh"]),
    ("import numpy as np\nnp.__dict__[name](x)", ["numpy.tanh"]),
    ("import numpy as np\nnp.__dict__.get(name)(x)", ["numpy.tanh"]),
    ("import numpy as np\nfor module in [np]: module.__dict__[name]", ["numpy.tanh"]),
    ("__import__('ypics'[::-1])", ["scipy"]),
    ("import importlib\nimportlib.import_module(bytes([115]).decode())", ["scipy"]),
    ("import sys\nsys.modules[name]", ["scipy"]),
    ("x.astype(complex)", ["builtins.complex"]),
    ("y = 1j * x", ["builtins.complex"]),
]

LEGAL = [
    ("'''torch.nn.Dropout, F.dropout'''  # F.dropout(x)\ns = 'torch.dropout'", DROPOUT),
    (
        "import torch.nn as nn\nclass Dropout(nn.Module):\n def forward(self, x): return x\n"
        "class Net(nn.Module):\n def __init__(self): self.dropout = Dropout(0.5)\n"
        " def forward(self, x): return self.dropout(x)",
        DROPOUT,
    ),
    ("from torch.nn import *\nclass Dropout(Module): pass\nd = Dropout()", DROPOUT),
    ("import torch\ndef dropout(x): return torch.bernoulli(x) * x\ndropout(y)", DROPOUT),
    ("import torch.nn as nn\nnn.Linear(1, 2)\nimport torch.nn.functional as F\nF.relu(x)", DROPOUT),
    ("from torch.nn.functional import *\nrelu(x)", DROPOUT),
    ("from .dropout import Dropout\nDropout()", DROPOUT),
    ("import my\nmy.softmax(x)", SOFTMAX),
    ("def softmax(x): return x.exp() / x.exp().sum()\nsoftmax(x)", SOFTMAX),
    ("class A:\n def softmax(self, x): return x\na = A()\na.softmax(1)", SOFTMAX),
    ("class A:\n def f(self): return self.softmax(1)", SOFTMAX),
    ("config.softmax = 1\nprint(config.softmax)", SOFTMAX),
    ("from dataclasses import dataclass\n@dataclass\nclass C:\n softmax: bool\ndef f(c): return c.softmax", SOFTMAX),
    ("import numpy as np\nnp.exp(x) / np.exp(x).sum()", ["scipy", "torch", "tensorflow"]),
    ("import numpy as np\nnp.random.default_rng(0)", ["random"]),
    ("import torch\ntorch.exp(x).log().sum().max()", ["torch.nn.functional.*_loss", "torch.nn.*Loss", *SOFTMAX]),
    ("from torch import nn\ndef step(optim): optim.step()", ["torch.optim"]),
    ("getattr(x, name)", SOFTMAX),
    ("import numpy as np\ngetattr(np, name)", ["scipy", "torch"]),
    ("import torch\ngetattr(torch, name)", DROPOUT),
    ("import numpy as np\nnp.r_[x, y], np.array(x)[i], [np.exp, np.log][i](x), {'a': np.exp}[name](x)", ["numpy.tanh"]),
    ("import numpy as np\nfor f in (np.exp, np.log): f(x)[i]", ["numpy.tanh"]),
    ("table = {}\ntable[name], vars(self)[name], globals()[name]", ["numpy.tanh"]),
    ("import scipython", ["scipy"]),
    ("import torch\ntorch.linalg.vector_norm(g)", ["torch.nn.utils.clip_grad*", "torch.nn.utils.get_total_norm"]),
]


@pytest.mark.parametrize(("source", "banned"), CAUGHT)
def test_every_alias_is_found(source, banned):
    assert violations(source, banned)


@pytest.mark.parametrize(("source", "banned"), LEGAL)
def test_lookalikes_are_left_alone(source, banned):
    assert violations(source, banned) == []


def test_violations_say_what_and_where_once_and_in_order():
    source = "import torch\n\nstep = torch.optim.Adam(p); torch.optim.Adam(q)\nfrom torch.optim import SGD"
    assert violations(source, ["torch.optim"]) == [
        Violation("torch.optim.Adam", 3, "step = torch.optim.Adam(p); torch.optim.Adam(q)"),
        Violation("torch.optim.SGD", 4, "from torch.optim import SGD"),
    ]


def test_nothing_banned_still_parses():
    assert violations("import torch", []) == []
    with pytest.raises(SyntaxError):
        violations("def", [])


HOSTILE = {
    "parentheses": "'(' * 100_000",
    "closed parentheses": "'(' * 199 + '1' + ')' * 199",
    "brackets": "'[' * 100_000",
    "minus": "'-' * 1_000_000 + '1'",
    "not": "'not ' * 200_000 + '1'",
    "attributes": "'a' + '.b' * 100_000",
    "legal depth of attributes": "'torch' + '.b' * 900",
    "calls": "'a' + '()' * 74_000",
    "assignments": "'x=y=z=' * 24_000 + '1'",
    "lambda": "'lambda:' * 100_000 + '1'",
    "elif": "'if 1:pass\\n' + 'elif 1:pass\\n' * 60_000",
    "conditional": "'1 if 1 else ' * 60_000 + '1'",
    "sum": "'1+' * 74_000 + '1'",
    "comparison": "'1<' * 74_000 + '1'",
    "statements": "'a;' * 500_000",
    "most statements": "'a;' * 74_000",
    "alias chain": "'\\n'.join(f'a{i}=a{i+1}' for i in range(37_000))",
    "alias growth": "'import torch as a\\n' + 'a = a.b; a = a.c\\n' * 8_000",
    "texts": "'s = s + s + \"a\"\\n' * 20_000",
    "long import": "'import a' + '.b' * 300_000",
    "huge integer": "'1' * 1_000_000",
    "huge hexadecimal": "'0x' + 'f' * 1_000_000",
    "combining marks": "'a' + '\\u0315\\u0300' * 170_000",
    "f-strings": "'f\"{a}\" ' * 20_000",
    "nested f-string": "'f\"{' * 200 + '}\"' * 200",
    "escapes": "'\"' + chr(92) + 'd' * 1 + '\";' + ('\"' + chr(92) + 'd\";') * 20_000",
    "indentation": "'\\n'.join(' ' * i + 'if 1:' for i in range(1400))",
    "surrogate": "'a = \"\\ud800\"'",
    "null": "'a\\0b'",
    "too long": "' ' * 2_000_000",
    "targets": "'(' * 150 + 'a,' + ')' * 150 + '=1'",
    "match": "'match x:\\n case ' + '[' * 150 + 'a' + ']' * 150 + ':pass'",
}


@pytest.mark.parametrize("expression", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_source_kills_or_holds_up_the_process(expression):
    program = (
        "import time, warnings; from etude.judge.rules import violations\n"
        "warnings.simplefilter('error')\n"
        f"source = {expression}; start = time.process_time()\n"
        "try: violations(source, ['torch.optim', 'torch.Tensor.softmax'])\n"
        "except SyntaxError: pass\n"
        "print(time.process_time() - start, flush=True); import os; os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert float(done.stdout) < 4


SPACED = {
    "spaces": "'?x y\\n' + ' ' * 900_000 + chr(92)",
    "names before no sign": "'?x y\\n' + 'a, ' * 300_000",
    "a question and spaces": "'?x y\\na?' + ' ' * 900_000 + 'b'",
    "an assignment and spaces": "'?x y\\na =' + ' ' * 900_000 + 'b c'",
    "empty lines": "'?x y' + chr(10) * 900_000",
}


@pytest.mark.parametrize("expression", [*HOSTILE.values(), *SPACED.values()], ids=[*HOSTILE, *SPACED])
def test_no_notebook_holds_up_who_reads_a_class_of_them(expression):
    program = (
        "import json, resource\n"
        "from etude.batch.preloads import imported\n"
        "from etude.errors import SubmissionError\n"
        "from etude.notebook import notebook_source\n"
        f"source = {expression}\n"
        "for code in (source, source + '\\n%etude'):\n"
        "    try: notebook_source('a', json.dumps({'cells': [{'cell_type': 'code', 'source': code}]}))\n"
        "    except SubmissionError: pass\n"
        "list(imported(source))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
        "import os, sys; sys.stdout.flush(); os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert int(done.stdout) < 2 << 20  # kilobytes


def test_limits_are_syntax_errors_with_a_message():
    with pytest.raises(SyntaxError, match="characters"):
        parse(" " * (MAX_CHARACTERS + 1))
    with pytest.raises(SyntaxError, match="nested"):
        parse("-" * 100_000 + "1")


def test_an_ordinary_answer_takes_milliseconds():
    source = "import torch.nn.functional as F\n" + "def f(x, y=1):\n    return F.relu(x) + y.exp().sum(-1)\n" * 100
    start = time.perf_counter()
    violations(source, DROPOUT)
    assert time.perf_counter() - start < 0.5


WORDS = """import torch as F from nn functional . , ( ) [ ] = := : * ** def f class A lambda x 'dropout' f'{x}' getattr
vars operator.attrgetter sys.modules globals() match case with async for in if else + - @ \\ # " é 1"""
PIECES = st.sampled_from([*WORDS.split(), "\n", "\n\t", "\ud800", "\0"])


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map(" ".join)))
def test_nothing_but_a_syntax_error_is_ever_raised(source):
    try:
        found = violations(source, [*DROPOUT, *SOFTMAX, "scipy"])
    except SyntaxError:
        return
    assert found == sorted(found, key=lambda violation: violation.line)
