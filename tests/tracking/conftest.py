"""A project with one trained and evaluated model, made once; a store of its own for each test that asks."""

import contextlib
import shutil

import pytest

from dermaflow.tracking.address import EMBEDDED
from tests.tiny_project import draw_project, put_model


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    with contextlib.chdir(folder):
        draw_project()
        put_model("aa11")
    return folder


@pytest.fixture(scope="module")
def project(drawn, tmp_path_factory):
    """A copy, the working directory for all tests of one module; they share its store."""
    folder = tmp_path_factory.mktemp("copy") / "project"
    shutil.copytree(drawn, folder)
    with contextlib.chdir(folder):
        yield folder


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """An empty folder as working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def stored(empty, new_store):
    """A folder with a new store as working directory."""
    EMBEDDED.parent.mkdir(parents=True)
    shutil.copy(new_store, EMBEDDED)
    return empty
