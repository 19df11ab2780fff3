# Todo lo que se hace con este proyecto. `make help` lo cuenta.
PORT ?= 8000
PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin
CASILLA = $(BIN)/casilla

.PHONY: help install run site test check format bench lock clean
.DEFAULT_GOAL := help

help:  ## Esta lista
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

# What runs, from the lock; a change of the lock installs again.
$(VENV)/run: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/develop: requirements-dev.txt $(VENV)/run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

install: $(VENV)/develop  ## Instala lo que hace falta, también para desarrollar

SHEETS = $(shell find catalog site_src mkdocs.yml -type f -not -name '*.pyc')
site/index.html: $(VENV)/run $(SHEETS)
	$(CASILLA) construir

site: site/index.html  ## Construye el sitio público en site/

run: site/index.html  ## Prepara todo y sirve en http://localhost:8000 (PORT= para otro)
	@CASILLA_ORIGIN=$${CASILLA_ORIGIN:-http://localhost:$(PORT)} sh -c \
	  '$(CASILLA) migrar && $(CASILLA) demostracion && exec $(CASILLA) servir --puerto $(PORT)'

format: $(VENV)/develop  ## Ordena el código
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: $(VENV)/develop  ## Pasa todas las pruebas
	$(BIN)/pytest

check: $(VENV)/develop  ## Lo mismo que revisa la integración continua
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(CASILLA) construir
	$(BIN)/pytest --cov --cov-report=term

bench: $(VENV)/develop  ## Mide; cada línea es una razón frente a un par o un límite
	for script in static_page session login site_build inbox; do $(BIN)/python -m bench.$$script; done

lock: $(VENV)/develop  ## Escribe los candados con las versiones de hoy
	$(BIN)/uv pip compile pyproject.toml --extra postgres --group build --group dev $(LOCKED) -o requirements-dev.txt
	$(BIN)/uv pip compile pyproject.toml --extra postgres --group build $(LOCKED) -c requirements-dev.txt -o requirements.txt
LOCKED = --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --upgrade
