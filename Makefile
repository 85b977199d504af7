# The two commands of the README are `make run` and `make test`; `make help` lists the rest.
# A fresh machine needs python3 >= 3.11 with venv, Node >= 20.9 with npm, and make.

PYTHON ?= python3
ARGS ?=
SETUP = $(PYTHON) -m tools.setup
CHECK = .venv/bin/python -m tools.run_tests
LIMIT_MIN ?= 0

.DEFAULT_GOAL := help
.PHONY: help run test setup install lint fmt test-py test-ui test-e2e test-deploy test-fresh \
	model-fraud openapi build lock chart clean

help: ## list these targets
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' \
		| while IFS="$$(printf '\t')" read -r name text; do printf '  %-14s %s\n' "$$name" "$$text"; done

run: ## start everything with demo data at http://127.0.0.1:8000 (ARGS=--empty without)
	@$(SETUP) python pages-if-possible
	@exec .venv/bin/finnami up $(ARGS)

test: ## everything: lint, Python, pages, Jest, browser, deploy checks
	@$(SETUP) python ui e2e browser
	@$(CHECK) all --limit-min $(LIMIT_MIN)

setup: ## install what `make run` needs and build the pages
	@$(SETUP) python ui pages

install: ## install everything that the tests need as well
	@$(SETUP) python ui e2e browser

lint: ## ruff, mypy, import contracts, ESLint, tsc, message keys, schema drift
	@$(SETUP) python ui
	@$(CHECK) lint

fmt: ## format the Python code and sort its imports
	@$(SETUP) python
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

test-py: ## the Python suites (ARGS="tests/ledger -x" passes through)
	@$(SETUP) python
	@$(CHECK) py -- $(ARGS)

test-ui: ## Jest
	@$(SETUP) ui python
	@$(CHECK) ui

test-e2e: ## the browser journeys against a running FinNami
	@$(SETUP) python ui e2e browser
	@$(CHECK) e2e

test-deploy: ## image, chart, workflows and scripts
	@$(SETUP) python
	@$(CHECK) deploy

test-fresh: ## clone into an empty folder with empty caches and run CI's script there
	@bash tools/test-fresh.sh

model-fraud: ## train the shipped fraud model anew from the simulator (2 min)
	@$(SETUP) python
	@.venv/bin/python -m tools.ship_fraud_model

openapi: ## write frontend/openapi.json and the generated client schema
	@$(SETUP) python ui
	@.venv/bin/finnami openapi --write frontend/openapi.json
	@npm --prefix frontend run generate --silent

build: ## export the pages to frontend/out and build the wheel into dist/
	@$(SETUP) python ui pages wheel

lock: ## resolve every lock again, with hashes
	@$(SETUP) lock
	@npm --prefix frontend run deps --silent

chart: ## render the chart with every values file into dist/chart/
	@$(SETUP) python
	@.venv/bin/python -m tools.render_chart dist/chart

clean: ## remove what the targets made here; caches outside stay
	@rm -rf .venv .finnami dist build reports frontend/node_modules frontend/e2e/node_modules \
		frontend/out frontend/.next
