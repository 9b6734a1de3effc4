import contextlib

from dermaflow.commands.log import log


def test_logging_what_is_logged_does_nothing_and_says_so(story, capsys):
    with contextlib.chdir(story.folder):
        log()
    assert "holds all of this already" in capsys.readouterr().out
