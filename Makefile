# Every target makes what it needs: the environment in .venv, pinned by constraints.txt, and what the shelf fetches.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
# A CPU build of torch on Linux: make quickstart TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
DATA ?=
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help quickstart quickstart-zh test test-gpu lint format bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]*:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

quickstart: $(RUNTIME) ## train, transfer, measure: the first three minutes
	@$(BIN)/crosstask quickstart

quickstart-zh: $(RUNTIME) ## the same from English to Chinese, told in Chinese
	@$(BIN)/crosstask quickstart --lang zh

test: $(DEV) ## run all tests
	@$(BIN)/crosstask fetch starter starter:multilingual starter:llm sample:tweets sample:news sample:reviews-zh sample:chat
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

test-gpu: $(DEV) ## run the tests that need a GPU; install a CUDA build of torch first
	CROSSTASK_TESTS=gpu $(BIN)/python -m pytest tests/training/test_gpu.py

lint: $(DEV) ## check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV) ## put the code in its form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(DEV) ## measure speed and quality (DATA: a folder with sst2, ag_news and imdb)
	@test -n "$(DATA)" || { echo "error: name a folder with sst2, ag_news and imdb: make bench DATA=..." >&2; exit 1; }
	$(BIN)/python benchmarks/quickstart.py
	$(BIN)/python benchmarks/quickstart.py --lang zh
	$(BIN)/python benchmarks/fewshot.py --data $(DATA)
	$(BIN)/python benchmarks/finetune.py --data $(DATA)
	$(BIN)/python benchmarks/kinds.py --data $(DATA)
	$(BIN)/python benchmarks/vocabulary.py
	$(BIN)/python benchmarks/generation.py
	$(BIN)/python benchmarks/zeroshot.py --data $(DATA)
	$(BIN)/python benchmarks/inspection.py
	$(BIN)/python benchmarks/coverage.py
	$(BIN)/python docs/generate.py

clean: ## remove the environment and what tools left
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(RUNTIME): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) is not found. Install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: $$($(PYTHON) -V) is too old. Name a newer one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing torch and the other dependencies into $(VENV); the first time takes minutes"
	@$(PIP) $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) torch
	@$(PIP) --editable .
	@touch $@

$(DEV): $(RUNTIME)
	@$(PIP) --editable '.[dev]'
	@touch $@
