# make            what there is
# make run        retrain and promote          make run SOURCE="path to images" AUTHORITY="path to tables"
# make test       the tests
.DEFAULT_GOAL := help
.PHONY: help run cross-validate search test test-real lint bench ui schedule lock clean
SHELL := /bin/bash

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# GPU=1 installs TensorFlow for NVIDIA GPUs instead of the one for processors, never both; GPU=0 goes back.
# What stands is kept where nothing is said.
GPU ?= $(if $(wildcard .venv/installed-requirements-gpu.lock),1,0)
LOCK := $(if $(filter 1,$(GPU)),requirements-gpu.lock,requirements.lock)
STANDS := .venv/installed-$(LOCK)

help: ## say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1\t\2/' | expand -t 18

# DVC and its stages call `python`; that must be the environment's own.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# A run is many short processes. Where it is forbidden to keep what was compiled, each compiles all our modules anew.
unexport PYTHONDONTWRITEBYTECODE

run: $(STANDS) ## retrain and promote; SOURCE="path of images", AUTHORITY="table:table" and SET="train.epochs=3 …" are written to params.yaml first
	@$(if $(SOURCE)$(AUTHORITY),set -f; IFS=:; named=(); for one in $$AUTHORITY; do named+=(--authority "$$one"); done; \
	  dermaflow sources "$${named[@]}" -- $${SOURCE:+"$$SOURCE"})
	@$(if $(SET),dermaflow set $(SET))
	@python -m flows.launch flows.retrain

cross-validate: $(STANDS) ## test every image by a model that has not seen its group: five trainings, pooled
	@python -m flows.launch flows.cross_validate

search: $(STANDS) ## try parameters, judged on validation images; SPACE="train.dropout=0.1..0.5" TRIALS=20
	@python -m flows.launch flows.search --trials $(or $(TRIALS),20) $(SPACE)

# $(call in_two_streams,MARKED,ROOMS): the tests MARKED so in ROOMS, and those of all other rooms at the same time. The
# threads of numpy and scikit-learn that wait for each other do so at full speed: one for each stream leaves more to both.
define in_two_streams
@export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1; \
$(if $(ARGS),python -m pytest -m "$(1)" $(ARGS),mkdir -p .cache; \
  python -m pytest -m "$(1)" tests $(addprefix --ignore=,$(2)) > .cache/test-rooms.log 2>&1 & rooms=$$!; \
  trap "kill $$rooms 2>/dev/null" EXIT; \
  echo "the tests of $(2) here; those of all other rooms meanwhile, told after them (.cache/test-rooms.log)"; \
  python -m pytest -m "$(1)" $(2); here=$$?; \
  wait $$rooms; rooms_failed=$$?; cat .cache/test-rooms.log; exit $$((here || rooms_failed)))
endef

test: $(STANDS) ## run the tests (no network, no data needed); those of flows/ and stages/ at the same time as all others
	$(call in_two_streams,not real,tests/flows tests/stages tests/test_cli.py)

test-real: $(STANDS) ## run the tests that need the real images in ../shared/data; those of flows/ at the same time as all others
	$(call in_two_streams,real,tests/flows)

lint: $(STANDS) ## check style, types and the rooms' borders
	@ruff check && ruff format --check && mypy && lint-imports

bench: $(STANDS) ## measure: ratios, both sides in one run
	@for benchmark in augment_copies measure_images damaged_images near_copies validate_split_rows predict_files train_images; do echo "== $$benchmark"; python benchmarks/$$benchmark.py || exit 1; done

ui: $(STANDS) ## open MLflow (http://127.0.0.1:5000) and Prefect (http://127.0.0.1:4200) until Ctrl-C
	@trap 'kill 0' EXIT; \
	env $$(cat mlflow/server.env) mlflow server --backend-store-uri sqlite:///mlflow/store/mlflow.db \
	  --default-artifact-root mlflow/store/artifacts --workers 1 --host 127.0.0.1 --port 5000 & \
	prefect server start --host 127.0.0.1 --port 4200 & \
	echo "MLflow: http://127.0.0.1:5000   Prefect: http://127.0.0.1:4200   (both need about 20 s; Ctrl-C ends them)"; wait

schedule: $(STANDS) ## retrain on the schedule of prefect.yaml, and open Prefect (http://127.0.0.1:4200), until Ctrl-C
	@trap 'kill 0' EXIT; export PREFECT_API_URL=http://127.0.0.1:4200/api DERMAFLOW_HOME="$(CURDIR)"; \
	prefect server start --host 127.0.0.1 --port 4200 & \
	until prefect work-pool create dermaflow --type process --overwrite >/dev/null 2>&1; do sleep 2; done; \
	prefect --no-prompt deploy --all && prefect worker start --pool dermaflow

lock: ## write requirements.lock and requirements-gpu.lock anew from pyproject.toml (needs uv)
	@for kind in cpu gpu; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra $$kind --extra dev \
	    pyproject.toml --output-file requirements$$([ $$kind = cpu ] || echo -gpu).lock || exit 1; done

clean: ## remove the environment; data, models, reports and the stores stay
	rm -rf .venv

$(STANDS): $(LOCK) pyproject.toml
	@echo "Installing into .venv from $(LOCK): about 5 minutes the first time."
	@test -e $@ || { rm -rf .venv && "$(PYTHON)" -m venv .venv; }
	@pip install --disable-pip-version-check --no-deps --require-hashes --no-compile --progress-bar off -r $(LOCK)
	@echo "Compiling it on all processors: about a minute."
	-@python -m compileall -q -j 0 .venv/lib  # as pip would; what it cannot compile is told, and may never be used
	@pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@
