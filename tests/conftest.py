"""What every test may rely on: no telemetry, TensorFlow quiet, and the real images where they are."""

import contextlib
import gc
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"

sys.path.insert(0, str(ROOT))  # flows/ is no installed package
os.environ |= {
    "DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DVC_NO_ANALYTICS": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "2",
}
os.environ.pop("MLFLOW_TRACKING_URI", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is marked `real` where the real images are not."""
    if not SHARED_DATA.exists():
        for item in items:
            if item.get_closest_marker("real"):
                item.add_marker(pytest.mark.skip(reason=f"the real images are not in {SHARED_DATA}"))


def pytest_collection_finish() -> None:
    """Keep Python from walking again and again over all that was imported: a tenth of the time of tests that train."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture
def isic9() -> Path:
    """The nine-class set as it circulates: Train/ and Test/ of class folders."""
    return SHARED_DATA / "isic9" / "Skin cancer ISIC The International Skin Imaging Collaboration"


@pytest.fixture
def ham10000() -> Path:
    """HAM10000: HAM10000_metadata.csv and images/."""
    return SHARED_DATA / "ham10000"


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without content, made once: that takes seconds."""
    from dermaflow.tracking.address import EMBEDDED  # noqa: PLC0415 - MLflow only where a store is needed
    from dermaflow.tracking.store import connect  # noqa: PLC0415 - likewise

    folder = tmp_path_factory.mktemp("store")
    with contextlib.chdir(folder):
        connect()
    return folder / EMBEDDED
