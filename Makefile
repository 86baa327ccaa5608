# make run    a village of invented people on http://127.0.0.1:8080
# make test   every test, on SQLite and, where one is found or can be started, on PostgreSQL
# make check  ruff, bandit, mypy, import-linter
# make bench  one table, and build/bench.json
# make soak   the long tests: an hour or two
# make audit  known holes in what is locked, and any request on the API: needs a network, ten minutes
# make pictures  the guide's and the README's, of the demonstration as it is now: needs Chromium
# make lock   writes requirements.lock anew, after pyproject.toml or constraints.txt

PYTHON ?= python3
BIN := .venv/bin
PEERS := tests/peers/node_modules/.package-lock.json
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: run test check bench soak audit pictures lock clean

run: .venv/run
	@$(BIN)/alertd demo

test: .venv/test $(PEERS)
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

check: .venv/test
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/bandit -q -c pyproject.toml -r alertd gateways zones 2>/dev/null
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .venv/bench
	@$(BIN)/python tests/bench/run.py

soak: .venv/test
	@ALERTD_LONG=1 $(BIN)/python -m pytest --timeout 7200 tests/crash tests/e2e tests/heart tests/zones

# Where the advisories cannot be had the audit fails rather than pass what nobody looked at.
audit: .venv/audit
	@ALERTD_LONG=1 $(BIN)/python -m pytest --timeout 7200 tests/e2e/test_any_request.py
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.lock

pictures: .venv/test
	@$(BIN)/python tests/browser/guide.py

lock: .venv/test
	@$(BIN)/uv pip compile pyproject.toml --all-extras -c constraints.txt --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url -q -o requirements.lock

# constraints.txt pins what was tried; pyproject.toml says what is needed.
.venv/run: pyproject.toml constraints.txt hatch_build.py package-lock.json
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install -U -c constraints.txt pip
	@$(PIP) install -c constraints.txt -e .
	@touch $@

.venv/test: .venv/run
	@$(PIP) install -c constraints.txt --group dev
	@touch $@

# Receivers that others wrote, sealed by their lock file. Without npm or a network their tests are skipped, and named.
$(PEERS): tests/peers/package.json tests/peers/package-lock.json
	@if command -v npm >/dev/null; then cd tests/peers && \
	  npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-timeout=60000 --loglevel=error >/dev/null && \
	  touch node_modules/.package-lock.json || echo "npm brought no peers: their tests are skipped"; fi

.venv/audit: .venv/test
	@$(PIP) install -c constraints.txt --group audit
	@touch $@

.venv/bench: .venv/test
	@$(PIP) install -c constraints.txt --group bench
	@touch $@

clean:
	rm -rf .venv build dist
