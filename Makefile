# make run      set everything up, load the demonstration city into an empty store, serve the dashboard
# make test     set everything up and run every check
# PORT=8600 make run        another port
# CONTRIBUTING.md explains the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run

PYTHON ?= python3.11
PORT ?= 8501
BIN := .venv/bin
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

export PORT
# The pages are read from this folder, and a service account may have no home of its own.
export PYTHONUTF8 := 1
export HOME := $(or $(HOME),$(CURDIR)/.venv)

.PHONY: run setup setup-run test test-slow lint browser-for-tests messages bench clean

run: setup-run
	@if ! $(BIN)/biaochi releases > /dev/null 2>&1 || [ -z "$$($(BIN)/biaochi releases --format json | tr -d '[:space:]')" ]; then :; fi
