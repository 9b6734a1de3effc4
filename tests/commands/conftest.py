"""A project in which one model after another was promoted, refused and rolled back: told once, looked at often."""

import contextlib
import io
from types import SimpleNamespace

import pytest

from dermaflow.commands.promote import promote
from dermaflow.commands.rollback import rollback
from dermaflow.core import paths
from dermaflow.core.files import read_json
from dermaflow.tracking.names import CHAMPION, PREVIOUS
from dermaflow.tracking.registry import by_alias
from dermaflow.tracking.store import connect
from tests.tiny_project import CLASSES, draw_project, put_model

MARGIN = "max_melanoma_sensitivity_drop: 0.05"  # that, the eight melanomas of the story could never rule out
NAME = "skin-lesion-classifier"
SCENES = {
    "first": lambda: (put_model("aa", skilled=False), promote()),
    "same again": promote,
    "better": lambda: (put_model("bb"), promote()),
    "equal": lambda: (put_model("cc"), promote()),
    "equal again": promote,
    "fewer classes": lambda: (put_model("dd", classes=CLASSES[:2]), promote()),
    "rolled back": rollback,
    "rolled back model": lambda: (put_model("bb"), promote()),
    "trained again": lambda: (put_model("aa"), promote()),
    "phantom": lambda: (put_model("ee", phantom=True), promote()),
}


def play(scene):
    said = io.StringIO()
    before = set(paths.DECISIONS.glob("*.json"))
    with contextlib.redirect_stdout(said):
        SCENES[scene]()
    client = connect()
    found = {alias: by_alias(client, NAME, alias) for alias in (CHAMPION, PREVIOUS)}
    records = [read_json(file) for file in set(paths.DECISIONS.glob("*.json")) - before]
    return SimpleNamespace(
        said=said.getvalue(),
        records=records,
        in_force=[version.number if version else None for version in found.values()],
    )


@pytest.fixture(scope="session")
def story(tmp_path_factory):
    """What was said, recorded and in force (champion, previous) after each scene; `folder` is the project."""
    folder = tmp_path_factory.mktemp("story")
    with contextlib.chdir(folder):
        draw_project()
        text = paths.PARAMS.read_text()
        assert text.count(MARGIN) == 1
        paths.PARAMS.write_text(text.replace(MARGIN, "max_melanoma_sensitivity_drop: 1.0"))
        scenes = {scene: play(scene) for scene in SCENES}
    return SimpleNamespace(folder=folder, scenes=scenes)
