"""MLflow as the rest of this room takes it: without telemetry, without chatter, without minutes of retries."""

import logging
import os
import warnings

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "60")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import mlflow
import mlflow.db
import mlflow.models
import mlflow.pyfunc
from mlflow import MlflowClient, entities
from mlflow.exceptions import MlflowException

for _name in ("mlflow", "alembic"):
    logging.getLogger(_name).setLevel(logging.WARNING)

# The signature is written down, not guessed from an example: mlflow.keras crashes on one, and it would be stored.
warnings.filterwarnings("ignore", message=".*An input example was not provided", module="mlflow")

__all__ = ["MlflowClient", "MlflowException", "entities", "mlflow"]
