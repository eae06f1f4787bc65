# `make help` lists what there is. Each target makes .venv when it is missing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Modules are compiled when they are first loaded, and kept: of all that is installed few ever are.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip install --quiet --no-compile

.DEFAULT_GOAL := help
.PHONY: help study ui test check docs pictures bench verdicts matrix ray clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/' | expand -t 16

study: $(VENV)/.run ## install, then run the default study: python train.py -m
	$(BIN)/python train.py -m

ui: $(VENV)/.run ## open MLflow's pages on what was recorded
	$(BIN)/mlflow ui

test: $(VENV)/.test ## install everything, then pass all tests
	$(BIN)/python -m pytest

check: $(VENV)/.test ## lint, types and the walls of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

docs: $(VENV)/.test ## build the documentation as a site, docs/_build/index.html; warnings are errors
	$(BIN)/python docs/generate.py
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -b html docs docs/_build
	@echo "docs/_build/index.html"

pictures: $(VENV)/.test ## make the documentation's pictures anew, from a study that it runs (minutes; needs Chromium)
	$(BIN)/python docs/pictures.py

bench: $(VENV)/.bench ## time the same work under oneaxis, Hydra alone, Optuna (and Ray, if installed): 20 minutes
	$(BIN)/python bench/run.py

verdicts: $(VENV)/.test ## simulate: do verdicts keep their promises? (minutes)
	$(BIN)/python bench/verdicts.py
	$(BIN)/python bench/null_studies.py

matrix: $(VENV)/.test ## install the wheel into clean environments, a study in each: extras, lowest, every Python (an hour)
	$(BIN)/python tests/matrix.py

ray: $(VENV)-ray/.ray ## install Hydra's Ray launcher into .venv-ray, run a study on a local cluster (minutes)
	$(VENV)-ray/bin/python -m pytest -n 0 tests/hosts/test_ray.py

clean: ## remove the virtual environment and caches, never results
	rm -rf $(VENV) $(VENV)-ray .mypy_cache .ruff_cache .pytest_cache .hypothesis dist docs/_build

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(BIN)/python
	@echo "installing into $(VENV) (the first time takes minutes)"
	$(PIP) -e .
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	@echo "installing into $(VENV), tests' and checks' tools included (the first time takes minutes)"
	$(PIP) -e '.[test]'
	@touch $@ $(VENV)/.run

$(VENV)/.bench: pyproject.toml $(VENV)/.test
	@echo "installing what the bench compares with"
	$(PIP) -e '.[bench]'
	@touch $@

# Two clusters that start at one moment take each other's ports: no side by side here.
$(VENV)-ray/.ray: pyproject.toml
	$(PYTHON) -m venv $(VENV)-ray
	@echo "installing into $(VENV)-ray (minutes)"
	$(VENV)-ray/bin/python -m pip install --quiet --no-compile -e '.[ray]' pytest pytest-xdist hypothesis
	@touch $@
