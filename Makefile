# `make run` and `make test` do all their own set-up: a virtual environment in .venv, from hashed lock files.

DATA ?= bowerbird-data
BIN := .venv/bin

.PHONY: help run install test pictures lint check bench lock clean clients

help: ## What there is to make
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

run: .venv/installed ## Install and serve: collectors on port 8000, console and API on 8001
	$(BIN)/bowerbird serve --data $(DATA)

install: .venv/installed ## Install into .venv

.venv/installed: requirements.lock pyproject.toml
	sh tools/venv.sh .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

.venv/developed: .venv/installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

clients: .venv/developed ## Environments with the vendors' own client libraries, for the tests
	sh tools/klaviyo_clients.sh

test: .venv/developed clients ## Run all tests
	$(BIN)/python -m pytest -n auto

pictures: .venv/developed ## Take the documents' pictures of the console anew
	PICTURES=1 $(BIN)/python -m pytest tests/console_pages/pictures

lint: .venv/developed ## Style, types, and the directions between parts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## What has to pass before a change lands

bench: .venv/developed ## Measure; prints ratios against references taken in the same run
	sh bench/run.sh

lock: ## Write the lock files anew from pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--extra dev pyproject.toml --output-file requirements-dev.lock

clean: ## Remove what was installed and cached; data stays
	rm -rf .venv .venv-* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
