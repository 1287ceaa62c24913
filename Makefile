# make run            install everything, load the demonstration into an empty store, serve the dashboard
# PORT=8600 make run  the same at another port
# make setup          install everything, for tests and checks as well
# make quick          lint, and the tests of statistics, worked examples and intake but its two longest files
# make test           lint and every test but the sweeps and the slow ones: what continuous integration runs
# make test-browser   every test in a browser, sweeps over pages and languages included
# make test-slow      kill -9 at 100 instants, simulated years: minutes each; SLOW=FILE runs one file of tests/slow
# make test-cluster   a Spark cluster on this machine against DuckDB, with a worker killed; LINES=20000000 for a large one
# make mutants        change the code in small ways; a test must fail for each
# make lint           ruff, mypy, import contracts
# make messages       extract every message, carry the translations over
# make pins           resolve requirements*.in again; UPGRADE=--upgrade takes the newest versions
# make offline        one archive for machines without internet: packages for Windows and Linux, checksums
# make bench          measure the large imports and pages
# make clean          remove .venv and every cache; the store stays
# make help           this list

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8501
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal
# Two files of intake import 200 whole files through the command line and take as long as all the others together.
QUICK ?= $(filter-out %/test_bad_inputs.py %/test_import.py, \
	$(wildcard tests/analytics tests/spec tests/data/intake/test_*.py))
# Simulations use both cores themselves, so each file has a run of its own, which prints its bars and its seconds.
SLOW ?= $(wildcard tests/slow/test_*.py)
UPGRADE ?=
CLUSTER := build/cluster

export PORT
export LINES
export PYTHONUTF8 := 1

# A service account may have no home of its own, and uv and pytest want one; start.py does the same for itself.
ifeq ($(strip $(HOME)),)
export HOME := $(CURDIR)/.venv
endif

# The lint of a target runs beside its tests, since mypy waits for one core only; its report comes last. A shell without
# job control gives background jobs no Ctrl+C, hence the trap.
define beside_lint
@$(MAKE) --no-print-directory lint > .venv/lint.log 2>&1 & lint=$$!; \
trap 'kill $$lint 2> /dev/null || true' EXIT; \
tests=0; $(1) || tests=$$?; \
linted=0; wait $$lint || linted=$$?; \
cat .venv/lint.log; exit $$((tests ? tests : linted))
endef

.PHONY: run setup quick test test-browser test-slow test-cluster mutants lint browser strace nginx java messages pins offline bench \
	clean help

run:
	@$(PYTHON) start.py

setup:
	@$(PYTHON) start.py --setup --dev

quick: setup
	$(call beside_lint,$(PYTEST) $(QUICK))

test: setup browser
	$(call beside_lint,$(PYTEST))

test-browser: setup browser
	$(PYTEST) --pictures -m "(browser or sweep) and not slow"

# A file that fails does not keep the others from running.
test-slow: setup browser strace nginx
	@failed=; for file in $(SLOW); do begin=$$SECONDS; \
	$(BIN)/python -m pytest -q -s -m slow $$file || failed="$$failed $$file"; \
	echo "$$file: $$((SECONDS - begin)) s"; done; \
	if [ -n "$$failed" ]; then echo "failed:$$failed"; exit 1; fi
ifeq ($(origin SLOW), file)
	$(PYTEST) -m slow --hypothesis-profile=nightly --ignore=tests/slow
	$(PYTEST) --hypothesis-profile=nightly tests/analytics tests/data tests/results
endif

# Spark has an environment of its own, and the product's own is not touched: only the client is put in front of it.
test-cluster: setup java $(CLUSTER)/installed
	PYTHONPATH=$(CURDIR)/$(CLUSTER)/client $(BIN)/python -m pytest -q -s -m cluster tests/cluster

# It records the writes of an action, of which the power cuts lose some.
strace:
	@if ! command -v strace > /dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq strace > /dev/null; fi

# The proxy that is shipped a configuration for, behind which Chromium signs in.
nginx:
	@if ! command -v nginx > /dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nginx-light openssl > /dev/null; fi

java:
	@if ! command -v java > /dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq openjdk-17-jre-headless > /dev/null; fi

$(CLUSTER)/installed: tests/cluster/spark.txt tests/cluster/client.txt
	rm -rf $(CLUSTER)
	$(BIN)/uv venv -q --python $(BIN)/python $(CLUSTER)/spark
	$(BIN)/uv pip install -q --python $(CLUSTER)/spark/bin/python -r tests/cluster/spark.txt
	$(BIN)/uv pip install -q --no-deps --target $(CLUSTER)/client -r tests/cluster/client.txt
	touch $@

mutants: setup
	$(BIN)/python -m tests.mutants

lint: setup
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# The browser tests drive the system's own Chromium, and documents are set in a Chinese font; both are only installed
# where we may.
browser:
	@if { ! command -v chromium || { command -v fc-list && [ -z "$$(fc-list :lang=zh)" ]; }; } > /dev/null \
		&& [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk > /dev/null; fi

# Same input, same bytes.
messages: setup
	$(BIN)/python -m i18n

# --universal: one file for Linux, Windows and macOS and for every Python from 3.11 on.
pins: export UV_CUSTOM_COMPILE_COMMAND := make pins
pins: COMPILE := $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --annotation-style line $(UPGRADE)
pins: setup
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -c requirements.txt -o requirements-dev.txt

offline: setup
	$(BIN)/python -m tools.offline

bench: setup
	$(BIN)/python -m bench

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:
	@sed -n 's/^# //p;/^$$/q' Makefile
