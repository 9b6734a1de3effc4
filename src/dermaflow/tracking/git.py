"""Which commit the working tree stands at, if it is a git repository at all; and which one a model was trained at."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

COMMIT_TAG = "mlflow.source.git.commit"
CHANGED_TAG = "git_changed"


def git_state(folder: Path) -> dict[str, str]:
    """Tags naming the commit and whether tracked files differ from it; empty without git or without a commit."""
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return {}
    # DVC writes dvc.lock while its stages run: it would call every training changed.
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", ":/", ":(top,exclude)dvc.lock")
    return {COMMIT_TAG: commit, CHANGED_TAG: "yes" if changed else "no"}


def git_tags(card: Mapping[str, Any]) -> dict[str, str]:
    """The same tags as `git_state` gives, of the training that a model's card tells of; empty where it knows none."""
    git = card.get("git")
    return {COMMIT_TAG: git["commit"], CHANGED_TAG: "yes" if git["dirty"] else "no"} if git else {}


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
