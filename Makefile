# `make review` and `make test` do everything on a machine with Python >= 3.11, make and git.
PYTHON ?= python3
JOBS   ?= 2
LANG_  ?= vi

BIN     = .venv/bin
DEV     = .venv-dev/bin
INSTALL = -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r
ITSELF  = -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

.PHONY: conference review test laws lint lab clean lock wash coverage golden help
.DEFAULT_GOAL := help

help:            ## what can be made
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

review: .venv/ready  ## environment, example data, all notebooks, every output
	$(BIN)/kgeval simulate surveys/kien_giang --out data/example --seed 404
	$(BIN)/kgeval run surveys/kien_giang --data data/example --out build/review --jobs $(JOBS) --lang $(LANG_)

conference: review  ## the pack for the summary conference: report, slides, charts, workbook, page
	$(BIN)/kgeval pack build/review --out build/conference --lang $(LANG_)

test: .venv-dev/ready  ## every test
	$(DEV)/python -m pytest --numprocesses 2

laws: .venv-dev/ready  ## the laws on examples that no run has seen
	LAWS=new $(DEV)/python -m pytest --numprocesses 2 $$(grep -rl 'from hypothesis' tests)

lint: .venv-dev/ready  ## style and types
	$(DEV)/ruff check
	$(DEV)/ruff format --check
	$(DEV)/mypy

lab: .venv/ready  ## the notebooks by hand
	$(BIN)/jupyter lab notebooks/

wash: .venv/ready  ## the real trial: make wash WASH=folder of washb_uptake.csv
	$(BIN)/kgeval run surveys/wash_benefits --data $(WASH) --out build/wash --jobs $(JOBS)

lock: .venv-dev/ready  ## both locks anew, for Linux, macOS and Windows
	$(DEV)/uv pip compile $(LOCK) --group build pyproject.toml -o requirements.lock
	$(DEV)/uv pip compile $(LOCK) --group build --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
LOCK = --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"

clean:           ## remove everything that was made
	rm -rf build data/example .venv .venv-dev .pytest_cache .mypy_cache .ruff_cache .hypothesis kgeval.egg-info

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kgeval needs Python 3.11 or newer; say which with: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python $(INSTALL) requirements.lock
	$(BIN)/python $(ITSELF)
	@touch $@

.venv-dev/ready: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kgeval needs Python 3.11 or newer; say which with: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv-dev
	$(DEV)/python $(INSTALL) requirements-dev.lock
	$(DEV)/python $(ITSELF)
	@touch $@
