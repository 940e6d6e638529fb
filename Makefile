# The two commands of a fresh machine: make run, make test.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run reports bench verify test lint check budget docs ui clean

run: .venv/installed
	$(BIN)/numlp run

# The five reports, reproduced in build/reproduction in one to two hours on two cores; a tenth of it: make reports SEEDS=0 (docs/reports/index.md).
reports: .venv/installed
	$(BIN)/python -m reproduction all $(if $(SEEDS),seeds=$(SEEDS))

# The time of an update beside other libraries', printed; on an idle machine (docs/benchmarks.md).
bench: .venv/installed-bench
	$(BIN)/python -m benchmarks

# The pipeline once more, in a clone elsewhere with the edits of tracked files; its dvc.lock must equal that of the last run (docs/determinism.md).
verify: .venv/installed
	@test -f dvc.lock || { echo "file not found: dvc.lock; run the pipeline first with make run" >&2; exit 1; }
	@set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; archive=$${CIFAR10_ARCHIVE:-data/cifar-10-python.tar.gz}; \
	git clone --quiet . "$$folder/clone"; git diff --binary HEAD | git -C "$$folder/clone" apply --allow-empty; \
	if [ -f "$$archive" ]; then CIFAR10_ARCHIVE=$$(realpath "$$archive"); export CIFAR10_ARCHIVE; fi; \
	unset MLFLOW_TRACKING_URI; export PYTHONPATH="$$folder/clone/src" PATH="$(CURDIR)/$(BIN):$$PATH"; \
	cd "$$folder/clone"; rm -f dvc.lock; python -m dvc repro --force --no-run-cache --no-commit; \
	python -c 'import sys, yaml; a, b = (yaml.safe_load(open(name)) for name in sys.argv[1:]); sys.exit(a != b)' "$(CURDIR)/dvc.lock" dvc.lock \
	|| { diff "$(CURDIR)/dvc.lock" dvc.lock; exit 1; }; echo "verify: dvc.lock has the same checksums in a clone"

test: .venv/installed-dev
	$(BIN)/pytest -q -n 2 -m "not slow and not real"

lint: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint test

# Lines, files and the like, beside their limits.
budget: .venv/installed-dev
	$(BIN)/python -m tests.budget

# The pages of docs/, in build/site.
docs: .venv/installed-docs # without --quiet, which would hide warnings from --strict
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "the pages: file://$(CURDIR)/build/site/index.html"

ui: .venv/installed
	$(BIN)/numlp ui

# What can be made again in minutes: results in outputs/, multirun/ and build/reproduction stay.
clean:
	find build -mindepth 1 -maxdepth 1 ! -name reproduction -exec rm -rf {} + 2>/dev/null || true
	rm -rf .venv

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "need Python 3.11 or newer, got " + sys.version.split()[0] + "; make PYTHON=... names another")'
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	@echo "installing the packages of constraints.txt, about 1 GB: a minute or two, in silence"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

# The extras: installed-dev, installed-bench, installed-docs.
.venv/installed-%: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[$*]"
	touch $@
