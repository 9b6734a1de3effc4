"""Two models, one store: what is in force is found in the files that were downloaded, and never an earlier one."""

import subprocess
import sys

import pytest

from dermaflow.tracking.downloads import download
from dermaflow.tracking.kept import kept_folder
from dermaflow.tracking.registry import bring_back, put_in_force, register, rollback_pair
from dermaflow.tracking.runs import log_evaluated_run
from dermaflow.tracking.store import connect
from tests.tiny_project import put_model

NAME = "skin-lesion-classifier"
CHAMPION = f"models:/{NAME}@champion"
ASKED = """
import sys
from dermaflow.cli import app
app(["predict", "data/ingest/images/IMG_000.jpg"], standalone_mode=False)
print("imported:", sorted({"mlflow", "tensorflow", "keras", "pandas"} & set(sys.modules)), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def folders(project):
    """The downloaded folders of versions 1 and 2; 2 is in force."""
    assert kept_folder(CHAMPION) is None
    client, found = connect(), []
    before = None
    for fingerprint in ("aa11", "bb22"):
        put_model(fingerprint)
        version = register(client, NAME, log_evaluated_run())
        put_in_force(client, version, instead_of=before)
        before = version
        assert kept_folder(CHAMPION) is None  # in force, but not downloaded yet
        found.append(download(CHAMPION))
    assert found[0].resolve().is_relative_to(project)
    return found


def test_what_is_found_follows_the_alias_at_once(folders):
    assert kept_folder(CHAMPION) == folders[1]
    bring_back(connect(), *rollback_pair(connect(), NAME))
    assert kept_folder(CHAMPION) == folders[0]
    bring_back(connect(), *rollback_pair(connect(), NAME))
    assert kept_folder(CHAMPION) == folders[1]
    assert kept_folder(f"models:/{NAME}/1") == folders[0]
    assert kept_folder(f"models:/{NAME}/2") == folders[1]
    for other in (f"models:/{NAME}/3", f"models:/{NAME}@better", "models:/other@champion", "models:/m-123", "models:/"):
        assert kept_folder(other) is None


def test_the_champion_predicts_without_mlflow_keras_tensorflow_or_pandas(folders):
    assert folders
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "imported: []"
    assert done.stdout.splitlines()[1].startswith("IMG_000,data/ingest/images/IMG_000.jpg,melanoma,")
