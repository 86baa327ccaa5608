# make run    a village of invented people on http://127.0.0.1:8080
# make test   every test, on SQLite and, where one is found or can be started, on PostgreSQL
# make check  ruff, mypy, import-linter
# make bench  one table, and build/bench.json
# make soak   the long tests: an hour or two

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: run test check bench soak clean

run: .venv/run
	@$(BIN)/alertd demo

test: .venv/test
	@$(BIN)/python -m pytest

check: .venv/test
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .venv/bench
	@$(BIN)/python tests/bench/run.py

soak: .venv/test
	@ALERTD_LONG=1 $(BIN)/python -m pytest tests/crash tests/e2e tests/heart

# constraints.txt pins what was tried; pyproject.toml says what is needed.
.venv/run: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install -U -c constraints.txt pip
	@$(PIP) install -c constraints.txt -e .
	@touch $@

.venv/test: .venv/run
	@$(PIP) install -c constraints.txt --group dev
	@touch $@

.venv/bench: .venv/test
	@$(PIP) install -c constraints.txt --group bench
	@touch $@

clean:
	rm -rf .venv build dist
