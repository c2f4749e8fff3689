# Each target makes what it needs in a virtual environment of its own, .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -q --no-compile
PYTEST := $(BIN)/python -m pytest -q -n auto
EXAMPLES := --doctest-modules --doctest-glob="*.md" docs/tutorial.md README.md docs/family.md --pyargs superlaw
export OPENBLAS_NUM_THREADS := 1
# What is imported is compiled once and kept, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo compiled test slow long kernels lint docs docs-check site wheel bench clean

demo: $(VENV)/.demo  ## The headline and the sequential theory, validated: a report
	$(BIN)/superlaw validate one_slope sequential --size demo --out report
	@echo "open report/index.html"

compiled: $(VENV)/.demo  ## Compile the kernels, once: every process reads them from disk then
	$(BIN)/python -c "from superlaw.compiled import compile_all; compile_all()"

test: $(VENV)/.test compiled  ## Fast tests and every example in the documentation
	$(PYTEST) --dist loadfile --no-loadscope-reorder -m "not slow and not long" $(EXAMPLES) tests

slow: $(VENV)/.test  ## Full-size validation with its negative controls
	$(PYTEST) --dist worksteal --durations 12 -m slow

long: $(VENV)/.test  ## Thousands of hostile calls, and kills at random moments; not in CI
	$(PYTEST) --dist worksteal -m long

kernels: $(VENV)/.test  ## The compiled kernels as plain Python
	NUMBA_DISABLE_JIT=1 $(PYTEST) --dist loadfile -m kernels

lint: $(VENV)/.lint  ## Style, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.demo  ## Generate every document, figure and number (runs the full validation)
	$(BIN)/python docs/generate.py

docs-check: $(VENV)/.demo  ## Compare the committed documents with what the code generates
	$(BIN)/python docs/generate.py --check

site: $(VENV)/.docs  ## The documents as a site that works offline: build/site/index.html
	rm -rf build/site build/pages
	mkdir -p build
	$(BIN)/python -c "from shutil import *; copytree('docs', 'build/pages', ignore=ignore_patterns('__pycache__'))"
	$(BIN)/superlaw derive --format myst --out build/pages/derivations --runs build/verdicts
	$(BIN)/python -m sphinx -q -W --keep-going build/pages build/site

wheel: $(VENV)/.demo  ## Build the wheel and try it in a clean environment
	rm -rf build/lib build/bdist.* dist .venv-wheel
	$(BIN)/python -m pip wheel -q --no-deps -w dist .
	$(PYTHON) -m venv .venv-wheel
	.venv-wheel/bin/python -m pip install -q --no-compile dist/*.whl
	cd dist && ../.venv-wheel/bin/superlaw exponent -a 1.5 -b 0.25 --json
	cd dist && ../.venv-wheel/bin/superlaw solve -a 1.1 -b 0.3 -N 1e9 --t-end 1e12
	cd dist && ../.venv-wheel/bin/superlaw solve -a 1.5 -N 512 -K 64 --t-end 10

bench: $(VENV)/.bench  ## Work and precision against other packages
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.training
	$(BIN)/python -m benchmarks.flows
	$(BIN)/python -m benchmarks.width
	$(BIN)/python -m benchmarks.geometry
	$(BIN)/python -m benchmarks.sweeps

$(VENV)/.demo: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	@touch $@

$(VENV)/.test $(VENV)/.lint $(VENV)/.docs $(VENV)/.bench: $(VENV)/.%: $(VENV)/.demo
	$(PIP) -e '.[$*]'
	@touch $@

$(VENV)/.checks: $(VENV)/.demo
	$(PIP) -e '.[lint,test,docs]'
	@touch $(VENV)/.lint $(VENV)/.test $(VENV)/.docs $@

clean:
	rm -rf $(VENV) .venv-wheel build dist report
