import pytest

from dermaflow.core import paths
from dermaflow.core.errors import StoreError
from dermaflow.tracking.bundles import bundle_folder, champion_folder, put
from dermaflow.tracking.registry import put_in_force, register
from dermaflow.tracking.runs import log_evaluated_run
from dermaflow.tracking.store import PHANTOM_NAME, connect


def test_the_champion_comes_as_the_very_files_that_were_trained(project):
    client = connect()
    with pytest.raises(StoreError, match="no model is in force under skin-lesion-classifier: `make run`"):
        champion_folder()
    put_in_force(client, register(client, "skin-lesion-classifier", log_evaluated_run()))
    folder = champion_folder()
    for file in (paths.MODEL, paths.CARD, paths.SEEN):
        assert (folder / file.name).read_bytes() == file.read_bytes()
    assert champion_folder() == folder == bundle_folder("models:/skin-lesion-classifier/1")
    assert folder.resolve().is_relative_to(project)


@pytest.mark.parametrize("uri", ["models:/skin-lesion-classifier/99", "models:/nothing/1", "models:/nothing"])
@pytest.mark.usefixtures("stored")
def test_a_model_that_does_not_exist_is_told(uri):
    with pytest.raises(StoreError, match=r"[Ee]xpected"):
        bundle_folder(uri)


def test_where_only_a_phantom_is_in_force_the_message_says_how_to_ask_for_it(stored):
    client = connect()
    client.create_registered_model(PHANTOM_NAME)
    client.create_model_version(PHANTOM_NAME, str(stored))
    client.set_registered_model_alias(PHANTOM_NAME, "champion", "1")
    with pytest.raises(StoreError, match="--model models:/skin-lesion-classifier-phantom@champion"):
        champion_folder()
    with pytest.raises(StoreError, match="has no alias 'better'"):
        bundle_folder(f"models:/{PHANTOM_NAME}@better")


def test_of_two_who_download_the_same_model_the_second_takes_what_the_first_put_there(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "card.json").write_text(name)
        put(tmp_path / name, tmp_path / "kept")
    assert (tmp_path / "kept" / "card.json").read_text() == "first"
    with pytest.raises(FileNotFoundError):
        put(tmp_path / "nowhere", tmp_path / "new")


def test_a_folder_is_given_back_as_it_is(tmp_path):
    assert bundle_folder(str(tmp_path)) == tmp_path
