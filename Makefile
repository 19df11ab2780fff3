# Todo lo que se hace con este proyecto. `make help` lo cuenta.
PORT ?= 8000
PYTHON ?= python3
BIN = .venv/bin
CASILLA = $(BIN)/casilla
# As many processes as cores; one that has nothing left takes from another.
PYTEST = $(BIN)/pytest --numprocesses auto --dist worksteal --durations 10
PIP = $(BIN)/pip --quiet --disable-pip-version-check
WANTED = "Hace falta Python 3.11 o más nuevo. Diga cuál: make PYTHON=python3.11"
LOCKED = --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-build --quiet --upgrade
.PHONY: help install run site migrate test check lint types publish works slow cover format bench sbom lock

help:  ## Esta lista
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

# Exactly the lock, whatever was published since and whichever pip: it resolves nothing, and builds nothing,
# since a build would resolve its own tools. What an older lock brought and this one no longer names goes away.
define take
	@$(PIP) install --no-deps --require-hashes --only-binary :all: -r $<
	@cat $@ 2>/dev/null | awk -F== 'FNR == NR {kept[$$1]; next} NF > 1 && !($$1 in kept) {print $$1}' $< - \
	  | xargs -r $(PIP) uninstall --yes
endef
# What runs; a change of the lock installs again, and the mark is the lock that was taken.
.venv/run: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and $(WANTED))'
	@echo "Instalando en .venv. La primera vez tarda cerca de un minuto."
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv
	$(take)
	@$(PIP) install --no-deps --no-build-isolation -e .
	@cp $< $@
.venv/develop: requirements-dev.txt .venv/run
	$(take)
	@cp $< $@
install: .venv/develop  ## Instala lo que hace falta, también para desarrollar

# Folders count too: a sheet that was taken away also changes the site. So do the rules in .env.
SHEETS = $(or $(CASILLA_CATALOG_DIR),$(shell sed -n s/^CASILLA_CATALOG_DIR=//p .env 2>/dev/null | tr -d \"\'),catalog)
SOURCES = $(shell find '$(SHEETS)' catalog/reading site_src proxy/static -not -path '*__pycache__*' 2>/dev/null | sed 's/ /\\ /g')
site/index.html: .venv/run mkdocs.yml $(wildcard .env) $(SOURCES)
	@$(CASILLA) construir
site: site/index.html  ## Construye el sitio público en site/
migrate: .venv/run  ## Crea o pone al día la base de datos
	@$(CASILLA) migrar
# A .env has the last word: without it, the demonstration could end in somebody's real database.
ifeq ($(wildcard .env),)
run: export CASILLA_ORIGIN ?= http://localhost:$(PORT)
endif
run: site/index.html migrate  ## Prepara todo y sirve en http://localhost:8000 (PORT= para otro puerto)
	@$(CASILLA) demostracion && exec $(CASILLA) servir --puerto $(PORT)

test: .venv/develop  ## Pasa las pruebas, menos las pocas que son lentas
	@$(PYTEST) -m "not lento"
check: lint types publish works slow test  ## Revisa todo, como la integración continua
lint: .venv/develop
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
types: .venv/develop
	$(BIN)/mypy
publish: .venv/develop
	$(CASILLA) construir
slow: .venv/develop  ## Pasa las pruebas lentas
	@$(PYTEST) -m lento
cover: .venv/develop  ## Pasa todas las pruebas y dice qué código no tocaron
	$(PYTEST) --cov --cov-report=term
format: .venv/develop  ## Ordena el código
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .
bench: .venv/develop  ## Mide y juzga: cada línea es una razón frente a un par o un límite
	@$(BIN)/python -m bench
works: .venv/develop
	BENCH_QUICK=1 $(BIN)/python -m bench
SBOM ?= build/casilla.cdx.json
sbom: .venv/develop  ## Escribe en build/ la lista de lo que se instala, con sus huellas (CycloneDX)
	@mkdir -p $(dir $(SBOM))
	@$(BIN)/python -W ignore -m cyclonedx_py requirements --pyproject pyproject.toml --output-reproducible -o $(SBOM)
lock: .venv/develop  ## Escribe los candados con las versiones de hoy
	$(BIN)/uv pip compile pyproject.toml --extra postgres --group build --group dev $(LOCKED) -o requirements-dev.txt
	$(BIN)/uv pip compile pyproject.toml --extra postgres --group build $(LOCKED) -c requirements-dev.txt -o requirements.txt
