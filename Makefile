# SPDX-License-Identifier: GPL-2.0-only OR MIT
# make serve [PORT=8000]   build everything that is not current and serve it on 127.0.0.1
# make test                lint, types and tests
# make wheel               the wheel, with registry.db and the site in it
# make clean               remove everything that was built
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
HOST ?= 127.0.0.1

VENV := .venv
BIN := $(VENV)/bin
DB := registry/dropreasons/data/registry.db
SITE := service/dropreasons_service/site/index.html
HEADER := build/skb_drop_reason.h
# The kernel whose header `make serve` leaves in build/; any other comes from `dropreasons header --kernel`.
NEWEST := 7.3.4
CODE := $(shell find registry service -name '*.py' -o -name '*.j2')
SOURCES := reasons.yaml $(shell find kernels -name '*.yaml') $(shell find releases -name '*.json')
DOCS := mkdocs.yml CHANGELOG.md $(shell find docs overrides releases -type f)
export NO_MKDOCS_2_WARNING := 1

.PHONY: serve test check build wheel clean
serve: $(DB) $(HEADER) $(SITE)
	exec $(BIN)/dropreasons serve --host $(HOST) --port $(PORT)

test: $(VENV)/.test $(DB) $(SITE)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest $(PYTEST)

check: $(VENV)/.serve
	$(BIN)/dropreasons check

build: $(DB) $(HEADER) $(SITE)

wheel: $(DB) $(SITE)
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build/dist .

$(VENV)/.serve: requirements/serve.txt pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; set PYTHON=..." >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/serve.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.serve $(wildcard fast/*.*)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	@if command -v cc >/dev/null && test -e "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h"; \
	then $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation ./fast; \
	else echo "without the library in fast/: it needs a C compiler and Python's headers" >&2; fi
	@touch $@

$(DB): $(SOURCES) $(CODE) $(VENV)/.serve
	$(BIN)/dropreasons check >/dev/null || { $(BIN)/dropreasons check; exit 1; }
	$(BIN)/dropreasons build
	@touch $@

$(HEADER): $(DB)
	$(BIN)/dropreasons header --kernel $(NEWEST) --output $@
	@touch $@

$(SITE): $(DB) $(DOCS)
	$(BIN)/dropreasons docs
	$(BIN)/mkdocs build --quiet
	@touch $@

clean:
	rm -rf build $(DB) service/dropreasons_service/site $(VENV)
