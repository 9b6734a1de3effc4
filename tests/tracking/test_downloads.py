import pytest

from dermaflow.core.errors import StoreError
from dermaflow.tracking.downloads import download, put
from dermaflow.tracking.names import PHANTOM_NAME
from dermaflow.tracking.store import connect


@pytest.mark.parametrize("uri", ["models:/skin-lesion-classifier/99", "models:/nothing/1", "models:/nothing"])
@pytest.mark.usefixtures("stored")
def test_a_model_that_does_not_exist_is_told(uri):
    with pytest.raises(StoreError, match=r"[Ee]xpected"):
        download(uri)


def test_where_only_a_phantom_is_in_force_the_message_says_how_to_ask_for_it(stored):
    client = connect()
    client.create_registered_model(PHANTOM_NAME)
    client.create_model_version(PHANTOM_NAME, str(stored))
    client.set_registered_model_alias(PHANTOM_NAME, "champion", "1")
    with pytest.raises(StoreError, match="--model models:/skin-lesion-classifier-phantom@champion"):
        download("models:/skin-lesion-classifier@champion")
    with pytest.raises(StoreError, match="has no alias 'better'"):
        download(f"models:/{PHANTOM_NAME}@better")


def test_of_two_who_download_the_same_model_the_second_takes_what_the_first_put_there(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "card.json").write_text(name)
        put(tmp_path / name, tmp_path / "kept")
    assert (tmp_path / "kept" / "card.json").read_text() == "first"
    with pytest.raises(FileNotFoundError):
        put(tmp_path / "nowhere", tmp_path / "new")
