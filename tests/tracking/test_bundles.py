"""The champion as a folder, through every way to it."""

import pytest

from dermaflow.core import paths
from dermaflow.core.errors import StoreError
from dermaflow.tracking.bundles import bundle_folder
from dermaflow.tracking.registry import put_in_force, register
from dermaflow.tracking.runs import log_evaluated_run
from dermaflow.tracking.store import connect

CHAMPION = "models:/skin-lesion-classifier@champion"


def test_the_champion_comes_as_the_very_files_that_were_trained(project):
    client = connect()
    with pytest.raises(StoreError, match="no model is in force under skin-lesion-classifier: `make run`"):
        bundle_folder(CHAMPION)
    put_in_force(client, register(client, "skin-lesion-classifier", log_evaluated_run()), instead_of=None)
    folder = bundle_folder(CHAMPION)
    for file in (paths.MODEL, paths.ONNX, paths.CARD, paths.SEEN):
        assert (folder / file.name).read_bytes() == file.read_bytes()
    assert bundle_folder(CHAMPION) == folder == bundle_folder("models:/skin-lesion-classifier/1")
    assert folder.resolve().is_relative_to(project)


def test_without_a_store_the_message_says_how_one_comes_to_be(empty):
    with pytest.raises(StoreError, match=r"there is no MLflow store .* after `make run`"):
        bundle_folder(CHAMPION)
    assert list(empty.iterdir()) == []


def test_a_folder_is_given_back_as_it_is(tmp_path):
    assert bundle_folder(str(tmp_path)) == tmp_path
