"""Law 2: each library has one door, and imports point down."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True, check=False)


def test_imports_point_down():
    done = run("importlinter.cli", "lint")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("room", "library"),
    [
        ("quality", "mlflow"),
        ("evaluation", "keras"),
        ("stages", "prefect"),
        ("evaluation", "tensorflow"),
        ("stages", "Augmentor"),
        ("quality", "great_expectations"),
        ("evaluation", "onnxruntime"),
        ("stages", "optuna"),
    ],
)
def test_a_library_behind_another_door_is_refused(room, library):
    code = f'"""A module."""\n\nimport {library}\n\nprint({library})\n'
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--stdin-filename", f"src/dermaflow/{room}/new.py", "-"],
        cwd=ROOT, input=code, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "TID251" in done.stdout
