"""Which commit the working tree stands at, if it is a git repository at all."""

import subprocess
from pathlib import Path

COMMIT_TAG = "mlflow.source.git.commit"
CHANGED_TAG = "git_changed"


def git_state(folder: Path) -> dict[str, str]:
    """Tags naming the commit and whether tracked files differ from it; empty without git or without a commit."""
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return {}
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return {COMMIT_TAG: commit, CHANGED_TAG: "yes" if changed else "no"}


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
