import contextlib

from dermaflow.commands.registry import registry
from dermaflow.tracking.names import rollback_command


def test_the_registry_says_what_is_in_force_since_when_how_good_and_why(story, capsys):
    with contextlib.chdir(story.folder):
        registry()
    said = " ".join(capsys.readouterr().out.replace("│", " ").split())
    real, phantom = said.split("skin-lesion-classifier-phantom (generated images)")
    assert "in force version 1, since 20" in real
    assert "previous version 2 (`dermaflow rollback`" in real
    assert "balanced accuracy 0." in real
    assert "Brought back by" in real
    assert "in force version 1, since 20" in phantom
    assert "challenger version 2: rolled back at 20" in real


def test_what_a_table_says_to_type_is_about_its_own_models():
    assert rollback_command(phantom=False) == "dermaflow rollback"
    assert rollback_command(phantom=True) == "dermaflow rollback --phantom"
