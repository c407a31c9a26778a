# What developers do, and whoever runs the desk on one machine. Needs Python 3.11 and make; the rest is set up.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes
LOCK := $(PY) -m uv pip compile pyproject.toml --quiet --python-version 3.11 --generate-hashes --no-header --no-annotate

# What Python has compiled is kept, whatever the environment says: each process that is started needs all of it again.
export PYTHONDONTWRITEBYTECODE =

.PHONY: setup run test lint lock sbom requirements bench storm attacks histories simulate rotations

# Of `make sbom`: where it is written to.
SBOM ?= var/sbom.cdx.json

# Of `make histories` and `make rotations`: where what is random begins, how many steps, and how many rotations.
SEED ?= 1
STEPS ?= 10000
RUNS ?= 500

# Of `make simulate`: how many histories, and of what: money or webhooks.
SEEDS ?= 100000
OF ?= money

setup: .venv/run.stamp

run: setup
	@exec $(PY) -m flask --app webapp up

test: .venv/test.stamp
	@.ci/system-packages chromium-headless-shell fonts-noto-core nodejs php-cli postgresql
	$(PY) -m pytest -n 4 --dist loadscope $(TESTS)

lint: .venv/test.stamp
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m djlint --lint --quiet templates

lock: .venv/test.stamp
	$(LOCK) --output-file requirements.txt
	$(LOCK) --extra oidc --constraint requirements.txt --output-file webapp/access/single_sign_on/requirements.txt
	$(LOCK) --extra dev --extra oidc --constraint requirements.txt --output-file tests/requirements.txt

sbom: .venv/test.stamp
	@mkdir -p -m 700 $(dir $(SBOM))
	.venv/bin/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --output-reproducible --output-file $(SBOM)
	@echo "$(SBOM) lists what is deployed."

requirements: .venv/test.stamp
	$(PY) -m tests.security

attacks: .venv/test.stamp
	$(PY) -m tests.attacks

histories: .venv/test.stamp
	@.ci/system-packages postgresql
	$(PY) -m tests.histories --seed $(SEED) --steps $(STEPS)

simulate: .venv/test.stamp
	$(PY) -m tests.simulator --of $(OF) --seeds $(SEEDS)

rotations: .venv/test.stamp
	@.ci/system-packages postgresql
	$(PY) -m tests.webhooks.rotation --seed $(SEED) --runs $(RUNS)

bench: .venv/test.stamp
	$(PY) -m tests.bench --install

storm: .venv/test.stamp
	@.ci/system-packages postgresql
	$(PY) -m tests.storm

.venv/bin/python:
	@.ci/check-python $(PYTHON)
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt | .venv/bin/python
	$(PIP) -r requirements.txt
	@touch $@

.venv/test.stamp: tests/requirements.txt .venv/run.stamp
	$(PIP) -r tests/requirements.txt
	@touch $@
