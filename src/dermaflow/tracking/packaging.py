"""The model as MLflow serves it: image files as bytes in, diagnoses and probabilities out, requirements pinned."""

import shutil
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema

import dermaflow
from dermaflow.core.errors import StoreError
from dermaflow.tracking.backend import MlflowClient, mlflow
from dermaflow.tracking.evaluated import MODEL_FILES, Evaluated
from dermaflow.tracking.store import bound

LOADER = "dermaflow.model.served"
NEEDED = ("mlflow", "keras", "numpy", "pandas", "pillow", "pydantic", "ruamel.yaml")
TENSORFLOWS = ("tensorflow-cpu", "tensorflow")  # one of them is installed, never both
PACKAGE = Path(dermaflow.__path__[0])


def log_model(client: MlflowClient, run_id: str, evaluated: Evaluated) -> str:
    """Log the model to a run with everything that serving needs, our own code too; gives its model id."""
    with tempfile.TemporaryDirectory() as folder, bound(client), mlflow.start_run(run_id=run_id):
        bundle, code = Path(folder, "bundle"), Path(folder, "code", PACKAGE.name)
        bundle.mkdir()
        for file in MODEL_FILES:
            shutil.copyfile(file, bundle / file.name)
        shutil.copytree(PACKAGE, code, ignore=shutil.ignore_patterns("__pycache__"))
        logged = mlflow.pyfunc.log_model(
            name="model",
            loader_module=LOADER,
            data_path=str(bundle),
            code_paths=[str(code)],
            signature=signature(evaluated.card["classes"]),
            pip_requirements=requirements(),
            metadata={"fingerprint": evaluated.fingerprint, "phantom": evaluated.phantom},
        )
    return str(logged.model_id)


def signature(classes: Sequence[str]) -> ModelSignature:
    """Input: a column `image` of file bytes. Output: `predicted` and `p_<class>` in the order of classes."""
    outputs = [ColSpec(DataType.string, "predicted"), *(ColSpec(DataType.double, f"p_{name}") for name in classes)]
    return ModelSignature(inputs=Schema([ColSpec(DataType.binary, "image")]), outputs=Schema(outputs))


def requirements() -> list[str]:
    """What serving needs, pinned to the versions that are installed here.

    Raises:
        StoreError: no TensorFlow is installed.
    """
    for name in TENSORFLOWS:
        try:
            return [f"{needed}=={version(needed)}" for needed in (*NEEDED, name)]
        except PackageNotFoundError as error:
            if error.name != name:
                raise
    raise StoreError(
        f"expected one of {', '.join(TENSORFLOWS)} to be installed, found neither: `make run` installs one"
    )
