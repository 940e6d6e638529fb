# The two commands of a fresh machine: make run, make test.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check ui clean

run: .venv/installed
	$(BIN)/numlp run

test: .venv/installed-dev
	$(BIN)/pytest -q -n 2 -m "not slow and not real"

check: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(MAKE) test

ui: .venv/installed
	$(BIN)/numlp ui

clean:
	rm -rf build outputs multirun .venv

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "need Python 3.11 or newer, got " + sys.version.split()[0] + "; make PYTHON=... names another")'
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@
