# Todo lo que se hace con este proyecto. `make help` lo cuenta.
PORT ?= 8000
PYTHON ?= python3
BIN = .venv/bin
CASILLA = $(BIN)/casilla
# As many processes as cores; one that has nothing left takes from another.
PYTEST = $(BIN)/pytest --numprocesses auto --dist worksteal --durations 10
PIP = $(BIN)/pip --quiet --disable-pip-version-check
WANTED = "Hace falta Python 3.11 o más nuevo. Diga cuál: make PYTHON=python3.11"
LOCKED = --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --upgrade
.PHONY: help install run site migrate test check lint types publish whole cover format bench lock

help:  ## Esta lista
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

# What runs, from the lock; a change of the lock installs again.
.venv/run: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and $(WANTED))'
	@echo "Instalando en .venv. La primera vez tarda cerca de un minuto."
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
.venv/develop: requirements-dev.txt .venv/run
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@
install: .venv/develop  ## Instala lo que hace falta, también para desarrollar

# Folders count too: a sheet that was taken away also changes the site. So do the rules in .env.
site/index.html: .venv/run mkdocs.yml $(wildcard .env) $(shell find catalog site_src proxy/static -not -path '*__pycache__*')
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
check: lint types publish whole  ## Revisa todo, como la integración continua, con las pruebas lentas
lint: .venv/develop
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
types: .venv/develop
	$(BIN)/mypy
publish: .venv/develop
	$(CASILLA) construir
whole: .venv/develop
	$(PYTEST)
cover: .venv/develop  ## Pasa todas las pruebas y dice qué código no tocaron
	$(PYTEST) --cov --cov-report=term
format: .venv/develop  ## Ordena el código
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .
bench: .venv/develop  ## Mide: cada línea es una razón frente a un par o un límite
	@for script in static_page session login inbox audit site_build; do $(BIN)/python -m bench.$$script || exit; done
lock: .venv/develop  ## Escribe los candados con las versiones de hoy
	$(BIN)/uv pip compile pyproject.toml --extra postgres --group build --group dev $(LOCKED) -o requirements-dev.txt
	$(BIN)/uv pip compile pyproject.toml --extra postgres --group build $(LOCKED) -c requirements-dev.txt -o requirements.txt
