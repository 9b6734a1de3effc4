"""Proof that a registered model serves: loaded back in a process of its own, with the code that travels with it."""

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dermaflow.core.answers import probability_columns
from dermaflow.core.errors import PromotionError
from dermaflow.tracking.backend import MlflowClient
from dermaflow.tracking.registry import Version

TIMEOUT_S = 300
_SCRIPT = """
import base64, json, sys
import mlflow.pyfunc, pandas
uri, asked, answered = sys.argv[1:]
rows = pandas.DataFrame(json.load(open(asked)))
rows["image"] = [base64.b64decode(text) for text in rows["image"]]
table = mlflow.pyfunc.load_model(uri).predict(rows)
json.dump(table.to_dict("list"), open(answered, "w"))
"""


def served_probabilities(
    client: MlflowClient,
    version: Version,
    images: Sequence[bytes],
    classes: Sequence[str],
    stated: Mapping[str, Sequence[str]],
) -> npt.NDArray[np.float64]:
    """What a registered version says of image files, as MLflow loads it anywhere: shape (n, classes).

    Args:
        stated: age, sex and site of each image, blank where unknown.

    Raises:
        PromotionError: it cannot be loaded, does not answer, or has other classes.
    """
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder, "asked.json"), Path(folder, "answered.json")
        rows = {"image": [base64.b64encode(image).decode() for image in images], **stated}
        asked.write_text(json.dumps(rows), encoding="ascii")
        _ask(client.tracking_uri, version.uri, asked, answered)
        answer = json.loads(answered.read_text(encoding="utf-8"))
    try:
        return np.array([answer[column] for column in probability_columns(classes)], dtype=np.float64).T
    except KeyError as error:
        raise PromotionError(f"{version.uri}: expected a column {error}, received {', '.join(answer)}") from error


def _ask(store: str, uri: str, asked: Path, answered: Path) -> None:
    environment = os.environ | {"MLFLOW_TRACKING_URI": store, "MLFLOW_REGISTRY_URI": store}
    command = [sys.executable, "-c", _SCRIPT, uri, str(asked), str(answered)]
    try:
        done = subprocess.run(
            command, cwd=asked.parent, env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired as error:
        raise PromotionError(f"{uri} does not serve: no answer within {TIMEOUT_S} s") from error
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise PromotionError(f"{uri} does not serve: loading it back and asking it failed, saying: {said}")
