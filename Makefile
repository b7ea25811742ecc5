# bimmerhub: `make demo` shows it, `make run` is the hub for your own car, `make test` proves it.
PYTHON ?= python3
PORT ?= 8080
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

# Containers often forbid Python to keep what it compiled; here that costs each command of the tests 0.3 s.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install setup demo run test test-peers collections specs coverage bench clean

# What users need.
install: $(INSTALLED)

# What developers need besides: tests, linters, independent clients.
setup: $(INSTALLED_DEV)

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("bimmerhub needs Python 3.11 or newer; this is %s. Name another one: make PYTHON=python3.12 ..." % sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade "pip>=25.1" # the first that reads dependency groups
	$(PIP) install --editable .
	@touch $(INSTALLED)

$(INSTALLED_DEV): $(INSTALLED)
	$(PIP) install --group dev
	@touch $(INSTALLED_DEV)

demo: install
	@exec $(BIN)/bimmerhub demo --data-dir .demo --port $(PORT)

run: install
	@exec $(BIN)/bimmerhub run

test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 4 --dist worksteal

# Old public programs, as they are, against the emulator; they are installed below build/.
test-peers: setup
	$(BIN)/pytest tests/peers

# The HTTP collections with newman, Bruno and Thunder Client, against the emulator; they are installed below build/.
collections: setup
	$(BIN)/python -m tools.http_collections.programs

# The descriptions with Spectral, by their own rules, and with AsyncAPI's parser; they are installed below build/. Then
# EXAMPLES requests to each described operation of the emulator and the hub, made by schemathesis.
EXAMPLES ?= 4
specs: setup
	$(BIN)/python -m tools.specs.npm_checks
	SPECS_EXAMPLES=$(EXAMPLES) $(BIN)/pytest -n 2 --timeout 900 tests/specs/test_any_described_request.py

# Takes about twice as long as the tests alone. The floor is `fail_under` in pyproject.toml.
coverage: setup
	$(BIN)/pytest -n 2 --cov --cov-report=term:skip-covered --timeout 300

bench: setup
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
