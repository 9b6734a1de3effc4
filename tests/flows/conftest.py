"""A checkout of its own for what runs whole flows: nothing of the developer's data or stores is touched."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WHAT_A_RUN_NEEDS = ("src", "flows", "mlflow", ".dvc/config", ".dvcignore", "dvc.yaml", "params.yaml", "prefect.toml")
SMALL = (
    "ingest.phantom.lesions=160",
    "ingest.phantom.image_size_px=48",
    "validate.min_images_per_diagnosis=6",
    "augment.images_per_class=30",
    "train.image_size_px=24",
    "train.filters=[8, 16]",
    "train.epochs=3",
    "evaluate.bootstrap_samples=200",
    "promote.bootstrap_samples=200",
    "promote.min_balanced_accuracy=0.0",
    "promote.min_melanoma_auc=0.0",
)


class Checkout:
    """A copy of the project in which commands are run."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name in WHAT_A_RUN_NEEDS:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if name == "mlflow":
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("store"))
            else:
                copy(ROOT / name, folder / name)
        self.run("dvc", "config", "--local", "core.no_scm", "true")
        self.run("dermaflow", "set", *SMALL)

    def put_under_git(self) -> None:
        """Make it a git repository, as a project's own checkout is."""
        shutil.copy(ROOT / ".gitignore", self.folder / ".gitignore")
        shutil.copy(ROOT / ".dvc/.gitignore", self.folder / ".dvc/.gitignore")
        self.run("dvc", "config", "--local", "--unset", "core.no_scm")
        self.run("git", "init", "--quiet", "--initial-branch", "main")
        for key, value in (("user.name", "A test"), ("user.email", "test@example.org"), ("commit.gpgsign", "false")):
            self.run("git", "config", key, value)

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "PREFECT_"))}
        return kept | {
            "PYTHONPATH": str(self.folder / "src"),  # its own code: whoever edits meanwhile changes nothing in it
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PREFECT_HOME": str(self.folder.parent / "prefect"),  # one for all: making its database takes 10 s
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        }

    def start(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def run(self, *command: str, status: int = 0) -> str:
        """Run a command to its end; its output, both streams together."""
        process = self.start(*command)
        output, _ = process.communicate(timeout=400)
        assert process.returncode == status, output
        return output

    def retrain(self, status: int = 0) -> str:
        return self.run("python", "-m", "flows.launch", "flows.retrain", status=status)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Checkout:
    return Checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def new_checkout(tmp_path_factory) -> Callable[[str], Checkout]:
    """One more checkout, in a folder of that name."""
    return lambda name: Checkout(tmp_path_factory.mktemp(name))
