# Skranke. `make help` lists what there is; the first run of any of these sets everything up.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
STAMP := $(VENV)/.set-up
LOCKS := requirements/build.txt requirements/run.txt requirements/dev.txt requirements/pdf.txt requirements/node.txt
ASSETS := $(shell find app/web/assets -path '*/node_modules' -prune -o -type f -print 2>/dev/null)

.PHONY: help setup demo demo-full test pytest check lint types format bench sla-proof attack sbom accessibility lock assets browser pango clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: $(STAMP) ## Build .venv and the browser assets (nothing is done when nothing changed)

# pip refuses an editable install in hash mode, hence three steps.
$(STAMP): $(LOCKS) pyproject.toml hatch_build.py Makefile $(ASSETS)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what Skranke needs …"
	@$(PIP) --require-hashes --only-binary :all: -r requirements/build.txt -r requirements/run.txt -r requirements/pdf.txt -r requirements/dev.txt
	@node=$$(node --version 2>/dev/null | sed 's/^v//; s/\..*//'); \
	if [ "$${node:-0}" -lt 20 ] || ! command -v npm >/dev/null; then $(PIP) --require-hashes -r requirements/node.txt; fi
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## Realistic data, a chooser of people, http://127.0.0.1:8000
	@SKRANKE_DEMO=1 $(BIN)/skranke demo --serve

demo-full: setup ## The same with 13 000 people and 1 000 000 tickets (some minutes the first time)
	@SKRANKE_DEMO=1 $(BIN)/skranke demo --scale full --serve

test: setup browser pango ## Every check and every test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/skranke catalogue check
	@$(MAKE) --no-print-directory --jobs 2 types pytest # Types by the side: they would keep one core waiting.

WORKERS ?= 2
pytest:
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

check: test ## The same

lint: setup ## Style only
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup ## Types only
	@$(BIN)/mypy

format: setup ## Put the source in its one form
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

assets: setup ## Build the browser assets again
	@$(PIP) --no-deps --no-build-isolation --editable .

browser: setup ## A Chromium for the browser tests: the one that is there, else Debian's
	@$(BIN)/python -m tests.chromium

pango: setup ## What the PDFs of agreements need: what is there, else Debian's
	@$(BIN)/python -m tests.pango

bench: setup ## What it costs, as ratios against a limit measured in the same run
	@$(PIP) --require-hashes --only-binary :all: -r requirements/bench.txt
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.arithmetic
	@$(BIN)/python -m bench.simulation
	@$(BIN)/python -m bench.sweep
	@$(BIN)/python -m bench.privacy
	@$(BIN)/python -m bench.access
	@$(BIN)/python -m bench.tasks

# Tools of others, in an environment of their own: they pin what the product does not use.
ATTACK := .attack
$(ATTACK)/.set-up: requirements/attack.txt
	@$(PYTHON) -m venv $(ATTACK)
	@$(ATTACK)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	@touch $@

attack: setup $(ATTACK)/.set-up ## wapiti and sqlmap at every parameter of a demo of their own (an hour)
	@$(BIN)/python -m tests.attack $(ATTACK)/bin

accessibility: setup browser ## Try every page with axe-core, and write what the accessibility statement says
	@SKRANKE_ACCESSIBILITY_REPORT=app/portal/accessibility_report.json $(BIN)/pytest -n 0 -q tests/journeys

sbom: setup ## What the product is made of, with hashes and licences (CycloneDX): dist/skranke.cdx.json
	@$(BIN)/python -m requirements.sbom dist/skranke.cdx.json

N ?= 1000000
SEED ?= 2024
sla-proof: setup ## N random histories (a million): the SLA engine against counting minutes
	@$(BIN)/python -m sla proof $(N) --seed $(SEED)

lock: setup ## Pin everything again, with hashes
	@for name in build run pdf dev node bench attack; do \
	  PIP_CONFIG_FILE=/dev/null PIP_EXTRA_INDEX_URL= PIP_FIND_LINKS= PIP_CONSTRAINT= $(BIN)/uv pip compile --quiet --universal --generate-hashes \
	    --no-annotate --no-header --no-emit-index-url --python-version 3.11 -o requirements/$$name.txt requirements/$$name.in; \
	done

clean: ## Everything that can be made again; the demo's data stays
	@rm -rf $(VENV) $(ATTACK) app/web/static app/web/assets/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
