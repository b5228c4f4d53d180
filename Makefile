# Needs nothing but Python 3.11 or later and make. PYTHON=... names the interpreter that makes .venv.
.DELETE_ON_ERROR:
.PHONY: demo test clients soak bench-reads bench-pages bench-matching bench-rates bench-ingestion bench-objects neo4j schema docs lock clean

BIN = .venv/bin
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock"
NEWER_NEO4J = 2026.08.1

demo: .venv/runtime.stamp
	@$(BIN)/identity-gateway demo

test: .venv/test.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

# The suites that speak to the gateway as JavaScript clients do.
clients: .venv/runtime.stamp
	@if node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null; then \
		npm --prefix tests/clients ci --no-audit --no-fund && $(BIN)/python tests/clients/run.py; \
	elif [ "$${CI:-}" = true ]; then \
		echo "The client suites need Node 20 or later." >&2; exit 1; \
	else \
		echo "Client suites skipped: they need Node 20 or later."; \
	fi

# What takes minutes (5: pytest found no such test), and the whole suite on the newer Neo4j.
soak: .venv/test.stamp
	$(BIN)/pytest -m soak || [ $$? -eq 5 ]
	@if $(BIN)/python -m tests.servers.neo4j --version $(NEWER_NEO4J) --check; then \
		TEST_NEO4J_VERSION=$(NEWER_NEO4J) $(BIN)/pytest; \
	else \
		echo "Suite on Neo4j $(NEWER_NEO4J) skipped."; \
	fi

# Needs Node 20 and what the tests on Neo4j need; takes 7 minutes, in which the machine should do nothing else.
bench-reads: .venv/test.stamp
	npm --prefix benchmarks/reads ci --no-audit --no-fund
	$(BIN)/python -m benchmarks.reads.run

# Needs what the tests on Neo4j need; takes 4 minutes.
bench-pages: .venv/test.stamp
	$(BIN)/python -m benchmarks.pages.run

# How right resolution is: ENGINES="embedded neo4j" takes both engines, SETS=... only some of the sets. BENCH_DATA
# names the folder of the labelled sets (default: ../shared/data).
bench-matching: .venv/test.stamp
	$(BIN)/python -m benchmarks.matching.run $(if $(ENGINES),--engines $(ENGINES)) $(if $(SETS),--sets $(SETS))

# How quick resolution is, and what a record costs as the graph grows. Needs what the tests on Neo4j need and 8 GB
# of memory; takes an hour, in which the machine should do nothing else.
bench-rates: .venv/test.stamp
	$(BIN)/python -m benchmarks.matching.rates $(if $(ENGINES),--engines $(ENGINES))

# How quickly orders, cases and visits find their persons. Needs what the tests on Neo4j need; takes some minutes,
# in which the machine should do nothing else.
bench-objects: .venv/test.stamp
	$(BIN)/python -m benchmarks.objects $(if $(ENGINES),--engines $(ENGINES))
# Files of 1,000,000 people and of 200,000 orders and page views by bulk jobs: rows a second, and memory. Takes hours
# with both engines; OPTIONS="--engines embedded --rows 200000" takes fewer. Before that, for a minute each: 64 clients
# that send single records; STREAMING="--records 5000" takes more of them.
bench-ingestion: .venv/test.stamp
	$(BIN)/python -m benchmarks.ingestion.streaming $(STREAMING)
	$(BIN)/python -m benchmarks.ingestion.bulk $(OPTIONS)

# A Neo4j to try things on, until interrupted; VERSION=... takes another than the tests' own.
neo4j: .venv/runtime.stamp
	@$(BIN)/python -m tests.servers.neo4j $(if $(VERSION),--version $(VERSION))

schema: .venv/runtime.stamp
	$(BIN)/identity-gateway schema > .venv/schema.graphql
	mv .venv/schema.graphql schema.graphql

docs: .venv/runtime.stamp
	$(BIN)/python -m docs.tables

lock: .venv/pyvenv.cfg
	$(PIP_INSTALL) "uv>=0.13,<1"
	$(LOCK) pyproject.toml --output-file requirements/runtime.txt
	$(LOCK) pyproject.toml --extra test --constraints requirements/runtime.txt --output-file requirements/test.txt
	$(LOCK) --group build --constraints requirements/test.txt --output-file requirements/build.txt

clean:
	rm -rf .venv .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist \
		tests/clients/node_modules benchmarks/reads/node_modules

.venv/test.stamp: .venv/runtime.stamp requirements/test.txt
	@echo "Installing what the tests need into .venv"
	@$(PIP_INSTALL) --require-hashes --requirement requirements/test.txt
	@touch $@

.venv/runtime.stamp: .venv/pyvenv.cfg pyproject.toml requirements/build.txt requirements/runtime.txt
	@echo "Installing the gateway into .venv"
	@$(PIP_INSTALL) --require-hashes --requirement requirements/build.txt --requirement requirements/runtime.txt
	@$(PIP_INSTALL) --no-build-isolation --no-deps --editable .
	@touch $@

# A candidate may be on PATH and yet not run (pyenv's shims), so each is tried.
.venv/pyvenv.cfg:
	@for python in $(if $(PYTHON),"$(PYTHON)",python3.11 python3); do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making .venv with $$("$$python" --version)"; exec "$$python" -m venv .venv; \
		fi; \
	done; \
	echo "The gateway needs Python 3.11 or later; name one with: make PYTHON=/path/to/python3.11" >&2; exit 1
