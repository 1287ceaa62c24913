# make run      set everything up, load the demonstration city into an empty store, serve the dashboard
# make test     set everything up and run every check
# PORT=8600 make run        another port
# CONTRIBUTING.md explains the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8501
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# The stamps know what was installed, so that a second `make run` starts at once.
RUN_STAMP := .venv/installed-run
DEV_STAMP := .venv/installed-dev

export PORT
export PYTHONUTF8 := 1

# A service account may have no home of its own; pip and Streamlit want one.
ifeq ($(strip $(HOME)),)
export HOME := $(CURDIR)/.venv
endif

.PHONY: run setup test test-slow lint browser messages bench clean

run: $(RUN_STAMP)
	@if $(BIN)/python -c "import sys; from data.store import Store; from settings import load; sys.exit(not Store(load().store).is_empty())"; \
	then $(BIN)/biaochi demo; fi
	exec $(BIN)/streamlit run app.py --server.port $(PORT) --server.address 127.0.0.1 --server.headless true

setup: $(DEV_STAMP)

$(RUN_STAMP): requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) -r requirements.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

$(DEV_STAMP): requirements-dev.txt $(RUN_STAMP)
	$(INSTALL) -r requirements-dev.txt
	touch $@

test: setup browser lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

test-slow: setup browser
	$(BIN)/python -m pytest -n 2 -m slow

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The browser tests drive the system's own Chromium, and documents are set in a Chinese font; both are only installed
# where we may.
browser:
	@if { ! command -v chromium || { command -v fc-list && [ -z "$$(fc-list :lang=zh)" ]; }; } > /dev/null \
		&& [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk > /dev/null; fi

# Extracts every message and carries the translations over; same input, same bytes.
messages: setup
	$(BIN)/python -m i18n

bench: setup
	$(BIN)/python -m bench

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
