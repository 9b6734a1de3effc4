import subprocess

from dermaflow.tracking.git import git_state, git_tags


def git(folder, *arguments):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments], cwd=folder, check=True)


def test_the_commit_is_named_and_whether_files_changed_since(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "a").write_text("1")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-qm", "one")
    state = git_state(tmp_path)
    assert len(state["mlflow.source.git.commit"]) == 40
    assert state["git_changed"] == "no"
    (tmp_path / "a").write_text("2")
    assert git_state(tmp_path)["git_changed"] == "yes"


def test_what_dvc_writes_while_it_runs_is_no_change(tmp_path):
    git(tmp_path, "init", "-q")
    for name in ("dvc.lock", "a"):
        (tmp_path / name).write_text("1")
    (tmp_path / "below").mkdir()
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    (tmp_path / "dvc.lock").write_text("2")
    assert git_state(tmp_path)["git_changed"] == "no"
    (tmp_path / "a").write_text("2")
    assert git_state(tmp_path / "below")["git_changed"] == "yes"


def test_a_card_is_told_in_the_same_tags():
    assert git_tags({"git": {"commit": "c", "dirty": False}}) == {"mlflow.source.git.commit": "c", "git_changed": "no"}
    assert git_tags({"git": None}) == git_tags({}) == {}


def test_without_a_repository_or_a_commit_nothing_is_claimed(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_state(tmp_path) == {}
    git(tmp_path, "init", "-q")
    assert git_state(tmp_path) == {}
