import contextlib

from dermaflow.commands.registry import registry


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
