# Two commands: `make run` and `make test`. The rest serves those who develop.
PYTHON ?= python3
BIN := .venv/bin
# Where memory has room for the tests' databases they live there: the same files, without waiting for a disk.
ROOMY := $(shell test -w /dev/shm && test "$$(df --output=avail -m /dev/shm 2>/dev/null | tail -1)" -gt 4000 && echo TMPDIR=/dev/shm)

# Programs of ours start others (the check of a diagram, a PDF, an export): compiled once, not at each start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test quick rooms tests-service tests-process tests-bpmn tests-below dev bench setup setup-test lint locks clean

setup:
	@$(PYTHON) service/bootstrap.py

setup-test:
	@$(PYTHON) service/bootstrap.py --test

run: setup
	@ALUR_DEMO=1 exec $(BIN)/alur serve

dev: setup
	@ALUR_DEMO=1 exec $(BIN)/python -m service.dev

lint: setup-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	@$(MAKE) --no-print-directory rooms
	$(BIN)/pytest -q -m browser

# While one works: all but what needs a server, a browser or other programs, and the longest random tests; under a minute.
quick: setup-test
	@$(MAKE) --no-print-directory rooms WHICH="not browser and not postgres and not slow" SIDE=2

# The rooms side by side, each in a process that collects only its own; every one tells its result, failed or not.
# The longest first, and three at a time on two cores: a room waits for PostgreSQL and for programs (a quick one does not).
WHICH = not browser
SIDE = 3
rooms:
	@mkdir -p .pytest_cache && date +%s > .pytest_cache/began
	@$(MAKE) --no-print-directory -k -j $(SIDE) -O tests-process tests-service tests-bpmn tests-below
	@echo "Tests of the rooms ($(WHICH)): $$(($$(date +%s) - $$(cat .pytest_cache/began))) s."

tests-service:
	$(ROOMY) $(BIN)/pytest -q -m "$(WHICH)" tests/service tests/acceptance

tests-process:
	$(ROOMY) $(BIN)/pytest -q -m "$(WHICH)" tests/process

tests-bpmn:
	$(ROOMY) $(BIN)/pytest -q -m "$(WHICH)" tests/bpmn

tests-below:
	$(ROOMY) $(BIN)/pytest -q -m "$(WHICH)" $(addprefix --ignore=tests/,service acceptance process bpmn)

bench: setup-test
	@$(BIN)/python -m tests.bench

# Rewrites the locks from requirements/*.in.
locks:
	cd requirements && for name in run test node; do ../$(BIN)/pip-compile -q --allow-unsafe --generate-hashes --strip-extras \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o $$name.txt $$name.in; done

clean:
	rm -rf .venv var service/static/dist service/frontend/node_modules
