# Needs Python 3.11 or newer and make; everything else is fetched. `make` says what there is.
PYTHON ?= python3
PORT ?= 5000
ARGS ?=
BIN := .venv/bin
FLASK := $(BIN)/flask --app wsgi
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header $(ARGS)
export PORT

.PHONY: help demo demo-reset test check bench lock clean
.PHONY: check-code check-types check-imports check-templates check-migrations check-packages

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name does; do printf '%-12s %s\n' "$$name" "$$does"; done

demo: .venv/.installed ## Run the service with demo data on http://127.0.0.1:$PORT (5000)
	@$(BIN)/python exchange/assets/build.py
	@mkdir -p instance && export ENVIRONMENT=development && \
	$(FLASK) db upgrade && $(FLASK) demo load && \
	echo "Open http://127.0.0.1:$(PORT) (Ctrl-C stops it)" && exec $(BIN)/python -m exchange.serve

demo-reset: ## Delete the demo's data (in instance/) and start over
	@if [ -n "$$DATABASE_URL$$STORAGE_URL$$MAIL_URL" ]; then \
	  echo "DATABASE_URL, STORAGE_URL or MAIL_URL is set: only the demo's own data in instance/ can be reset."; exit 1; fi
	@rm -rf instance/exchange.sqlite instance/exchange.sqlite-* instance/files instance/mail
	@$(MAKE) --no-print-directory demo

test: .venv/.installed-dev ## Run all tests: SQLite and PostgreSQL, each in a browser too (ARGS="-k word" goes to pytest)
	@$(BIN)/python exchange/assets/build.py
	@$(BIN)/python -m tests.run $(ARGS)

check: check-code check-types check-imports check-templates check-migrations check-packages ## All checks but the tests (make -k check goes on after a failure)

check-code: .venv/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

check-types: .venv/.installed-dev
	$(BIN)/mypy

check-imports: .venv/.installed-dev
	$(BIN)/lint-imports --no-cache --no-logo

check-templates: .venv/.installed-dev
	$(BIN)/djlint --check exchange/templates
	$(BIN)/djlint --lint exchange/templates

check-migrations: .venv/.installed-dev
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	export ENVIRONMENT=development DATABASE_URL="sqlite:///$$folder/check.sqlite" && \
	echo "flask db upgrade, flask db check" && $(FLASK) db upgrade && $(FLASK) db check

check-packages: .venv/.installed-dev
	@echo "Known vulnerabilities" && $(BIN)/python -m tests.audit

bench: .venv/.installed-dev ## Measure the pages on full databases (ARGS="--quick", or see benchmarks/README.md)
	@$(BIN)/python exchange/assets/build.py
	@$(BIN)/python -m benchmarks.run $(ARGS)

lock: .venv/.installed-dev ## Pin the requirements (ARGS=--upgrade takes newer ones, ARGS="--upgrade-package flask" one)
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt
	$(LOCK) requirements-node.in -o requirements-node.txt
	@if command -v npm > /dev/null; then npm install --package-lock-only --ignore-scripts; \
	else echo "npm is not installed: package-lock.json stays as it is."; fi

clean: ## Delete what was installed and built; keeps instance/
	rm -rf .venv node_modules exchange/static .coverage htmlcov test-results .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed. If you have one by another name: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { \
	  echo "Python's venv module is missing: install it (Debian and Ubuntu: apt-get install python3-venv)."; exit 1; }
	@echo "Making .venv" && $(PYTHON) -m venv --clear .venv

.venv/.installed: .venv/bin/python requirements.txt
	@echo "Installing requirements" && $(INSTALL) -r requirements.txt && touch $@

.venv/.installed-dev: .venv/bin/python requirements-dev.txt
	@echo "Installing requirements for tests and checks" && $(INSTALL) -r requirements-dev.txt && touch $@ .venv/.installed
