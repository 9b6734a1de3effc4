import os
import subprocess
import sys


def test_mlflow_neither_reports_home_nor_retries_for_minutes():
    code = (
        "import os, dermaflow.tracking.backend; from mlflow import environment_variables as variables;"
        "print(os.environ['MLFLOW_DISABLE_TELEMETRY'], variables.MLFLOW_HTTP_REQUEST_MAX_RETRIES.get())"
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW", "DO_NOT"))}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == ["true", "3"]
