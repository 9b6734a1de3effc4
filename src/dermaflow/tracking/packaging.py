"""The model as MLflow serves it: image files as bytes in, diagnoses and probabilities out, requirements pinned."""

import shutil
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema

import dermaflow
from dermaflow.core.answers import PREDICTED, SUSPECTED, answer_columns
from dermaflow.core.clinical import ATTRIBUTES
from dermaflow.tracking.backend import MlflowClient, mlflow
from dermaflow.tracking.evaluated import MODEL_FILES, Evaluated
from dermaflow.tracking.store import bound

LOADER = "dermaflow.model.served"
NEEDED = ("mlflow", "numpy", "onnxruntime", "pandas", "pillow", "pydantic")
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
    """Input: a column `image` of file bytes, and age, sex and site as text if they are known.

    Output: the columns of core.answers.
    """
    text, number = DataType.string, DataType.double
    outputs = [
        ColSpec(text if column in (PREDICTED, SUSPECTED) else number, column) for column in answer_columns(classes)
    ]
    optional = [ColSpec(text, name, required=False) for name in ATTRIBUTES]
    return ModelSignature(inputs=Schema([ColSpec(DataType.binary, "image"), *optional]), outputs=Schema(outputs))


def requirements() -> list[str]:
    """What serving needs, pinned to the versions that are installed here; neither Keras nor TensorFlow."""
    return [f"{needed}=={version(needed)}" for needed in NEEDED]
