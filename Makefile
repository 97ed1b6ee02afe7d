# The commands to remember. Each sets up what it needs: Python >= 3.11 and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
BENCH := $(VENV)-bench
SPARK := $(VENV)-spark
CLAIMS := 1000000
CITY := 100000

.PHONY: demo city test test-spark lint docs dist bench bench-batch bench-memory bench-quick clean help

help:  ## Say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ —/'

$(READY): pyproject.toml constraints.txt requirements-dev.txt $(wildcard plugins/*/pyproject.toml)
	@echo "准备环境（首次约一分钟）… | Preparing the environment …"
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "mutualplans needs Python 3.11 or later; found " + sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install -c constraints.txt setuptools
	@$(PIP) install --no-build-isolation -c constraints.txt -r requirements-dev.txt
	@touch $@

demo: $(READY)  ## Premiums of an example unit, and what real members were paid
	@$(BIN)/python examples/demo.py

city: $(READY)  ## A made-up city's year of claims, decided from file to file (CITY=100000)
	@$(BIN)/python examples/city_year.py --claims $(CITY) --out build/city
	@$(BIN)/mutualplans assess build/city/claims.csv --coverage build/city/coverages.csv \
	  --office examples/office/office.toml -o build/city/decisions.csv; test $$? -eq 3

test: $(READY)  ## All tests of the core, the plugins and the docs
	@$(BIN)/python -m pytest -q -n auto

$(SPARK)/.ready: pyproject.toml constraints.txt tests/spark/requirements.txt
	@echo "准备 Spark 测试环境（约 400 MB，首次几分钟）… | Preparing the environment for Spark (400 MB) …"
	@$(PYTHON) -m venv $(SPARK)
	@$(SPARK)/bin/python -m pip --disable-pip-version-check --quiet install -c constraints.txt setuptools
	@$(SPARK)/bin/python -m pip --disable-pip-version-check --quiet install --no-build-isolation -c constraints.txt -r tests/spark/requirements.txt
	@touch $@

test-spark:  ## Tests on a real Spark cluster of this machine; needs Java 17 or later
	@test -n "$$JAVA_HOME" || command -v java >/dev/null || { echo "make test-spark: 没有 Java，需要 17 或更新的版本 | there is no Java here; Spark needs 17 or later" >&2; exit 1; }
	@$(MAKE) --no-print-directory $(SPARK)/.ready
	@$(SPARK)/bin/python -m pytest -q tests/spark

lint: $(READY)  ## Style, types, boundaries, spelling; that generated pages are current is a test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/codespell

docs: $(READY)  ## Write the generated pages again, and build the site: build/site/index.html
	@$(BIN)/python docs/generate.py
	@$(BIN)/python docs/build_site.py

dist: $(READY)  ## Build the wheels of the core and of all plugins in dist/
	@$(BIN)/python tools/build_wheels.py dist

$(BENCH)/.ready: pyproject.toml constraints.txt benchmarks/requirements.txt
	@echo "准备测速环境（首次几分钟）… | Preparing the environment for benchmarks …"
	@$(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip --disable-pip-version-check --quiet install -c constraints.txt setuptools
	@$(BENCH)/bin/python -m pip --disable-pip-version-check --quiet install --no-build-isolation -c constraints.txt -r benchmarks/requirements.txt
	@touch $@

bench: $(READY) bench-batch  ## Measure start-up, single decisions and many claims; writes docs/benchmarks.md
	@$(BIN)/python benchmarks/run.py

bench-batch: $(BENCH)/.ready  ## Measure many claims alone: make bench-batch CLAIMS=10000000
	@$(BENCH)/bin/python -m benchmarks --claims $(CLAIMS) --write

bench-memory: $(BENCH)/.ready  ## How much memory many claims take, file to file: CLAIMS="1000000 10000000"
	@$(BENCH)/bin/python -m benchmarks.memory --claims $(CLAIMS) --write

bench-quick: $(BENCH)/.ready  ## The same in a minute or two, without Spark, written nowhere
	@$(BENCH)/bin/python -m benchmarks --quick

clean:  ## Remove the environments and caches
	rm -rf $(VENV) $(BENCH) $(SPARK) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
