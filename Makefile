# `make demo` and `make test` are all that a fresh machine needs (Python 3.11 or newer, and git).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test lint audit bench clean

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("étude needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

demo: $(INSTALLED)  ## show the first question, then grade a wrong attempt and the reference
	@$(BIN)/etude show softmax
	@echo; echo '$$ etude grade softmax wrong_answer.py'
	@ETUDE_DATA=$(VENV)/demo $(BIN)/etude grade softmax graders/q02_activations/softmax/wrong/no_shift.py || test $$? -eq 1
	@echo; echo '$$ etude grade softmax reference.py'
	@ETUDE_DATA=$(VENV)/demo $(BIN)/etude grade softmax solutions/q02_activations/softmax.py

test: $(INSTALLED) lint  ## everything that CI runs
	$(BIN)/python -m pytest tests
	$(BIN)/etude audit --seeds 2 --only structure --only right --only wrong --only hollow --only misconceptions --only quiz
	$(BIN)/etude audit --seeds 2 --only mutants --rotate 4

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

audit: $(INSTALLED)  ## are the graders right? five seeds, twenty mutants of each reference
	$(BIN)/etude audit

bench: $(INSTALLED)  ## the figures that the README quotes, or some of them: make bench ONLY="warm watch"
	$(BIN)/python -m benchmarks $(ONLY)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
