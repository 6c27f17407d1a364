# The only door for people. Two commands are enough on a fresh machine: make demo, make test.
PYTHON ?= python3
UV := .boot/bin/uv
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never

.PHONY: demo test check check-deep bench docs oracles format lock clean

demo: .venv/.ok
	$(BIN)/cartwise demo

test: .venv/.ok
	$(BIN)/python -m pytest -q -n 2

check: .venv/.ok
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m docs.generate --check

check-deep: .venv/.ok
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -q -n 2 -m "deep or not deep"

bench: .venv/.ok
	$(BIN)/python -m benchmarks

docs: .venv/.ok
	$(BIN)/python -m docs.generate

oracles: .venv/.ok
	$(BIN)/python -m tests.oracles

format: .venv/.ok
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(UV)
	$(UV) pip compile pyproject.toml -q --all-extras --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -o requirements.lock

clean:
	rm -rf .venv .boot build

# Debian's python3 has no ensurepip and guards its packages; a --target install is exempt from both,
# so uv comes into the project folder and makes the environment itself.
$(UV):
	$(PYTHON) -m pip install -q --disable-pip-version-check --target .boot uv==0.13.8

.venv/.ok: requirements.lock pyproject.toml | $(UV)
	$(UV) venv -q --clear --python $(PYTHON) .venv
	$(UV) pip sync -q --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@
