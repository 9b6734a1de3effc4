"""The data of any past run come back with `git checkout` and `dvc pull`: real git, real DVC, a folder, an S3 server."""

import shutil
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from dermaflow.core.files import sha256_hex

KEPT = ("data", "models", "reports")
FIRST = ("ingest.phantom.lesions=160", "train.epochs=1")
SECOND = ("ingest.phantom.lesions=190", "train.seed=8")


def contents(folder: Path) -> dict[str, str]:
    """Every file that a run made, with the hash of its bytes."""
    files = [path for kept in KEPT for path in (folder / kept).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): sha256_hex(path.read_bytes()) for path in files}


class Versions:
    """A project that has run twice, with other data the second time, committed and pushed both times.

    The stages down to `last`; `dvc pull` is told so, or it asks for what was never made.
    """

    def __init__(self, checkout, last: str):
        self.checkout, self.last = checkout, last
        self.pulled = ("--with-deps", last)
        checkout.put_under_git()
        self.first, self.second = self.run_and_commit("first", FIRST), self.run_and_commit("second", SECOND)

    def run_and_commit(self, name: str, changes: tuple[str, ...]) -> dict[str, str]:
        self.checkout.run("dermaflow", "set", *changes)
        self.checkout.run("dvc", "repro", self.last)
        self.checkout.run("git", "add", "--all")
        self.checkout.run("git", "commit", "--quiet", "--message", name)
        self.checkout.run("git", "tag", name)
        assert "pushed" in self.checkout.run("dvc", "push")
        return contents(self.checkout.folder)

    def lose_everything_local(self) -> None:
        for lost in (*KEPT, ".dvc/cache", ".dvc/tmp"):
            shutil.rmtree(self.checkout.folder / lost, ignore_errors=True)

    def go_to(self, name: str) -> dict[str, str]:
        self.checkout.run("git", "checkout", "--quiet", name)
        self.checkout.run("dvc", "pull", *self.pulled)
        return contents(self.checkout.folder)

    def nothing_changes_when_it_is_run_again(self) -> None:
        before = contents(self.checkout.folder)
        said = self.checkout.run("dvc", "repro", self.last)
        assert "Running stage 'ingest'" in said  # it always looks at the source
        assert said.count("Running stage") == 1, said
        assert contents(self.checkout.folder) == before
        assert self.checkout.run("git", "status", "--porcelain") == ""


@pytest.fixture(scope="module")
def versions(checkout) -> Versions:
    return Versions(checkout, "train")


def test_two_runs_with_other_data_leave_other_files(versions):
    for changed in ("data/ingest/lesions.csv", "data/split/ledger.csv", "models/train/model.keras"):
        assert versions.first[changed] != versions.second[changed]


def test_the_bytes_of_the_first_run_come_back_from_the_remote_alone_and_running_changes_nothing(versions):
    versions.lose_everything_local()
    assert versions.go_to("first") == versions.first
    versions.nothing_changes_when_it_is_run_again()


def test_one_can_go_back_and_forth_without_losing_anything_and_what_is_known_of_files_does_not_confuse(versions):
    assert versions.go_to("second") == versions.second
    versions.nothing_changes_when_it_is_run_again()
    assert versions.go_to("first") == versions.first
    versions.nothing_changes_when_it_is_run_again()


def test_a_clone_elsewhere_gets_the_data_of_any_commit(versions, tmp_path):
    folder = versions.checkout.folder
    versions.checkout.run("git", "clone", "--quiet", "--branch", "first", str(folder), str(tmp_path / "clone"))
    versions.checkout.run("dvc", "--cd", str(tmp_path / "clone"), "remote", "add", "--local", "--default", "other",
                          str(folder / ".cache/dvc-remote"))  # fmt: skip
    versions.checkout.run("dvc", "--cd", str(tmp_path / "clone"), "pull", *versions.pulled)
    assert contents(tmp_path / "clone") == versions.first


def test_after_going_back_growth_goes_on_from_the_ledger_of_then(versions):
    versions.go_to("first")
    before = (versions.checkout.folder / "data/split/ledger.csv").read_text().splitlines()
    versions.checkout.run("dermaflow", "set", *SECOND)
    versions.checkout.run("dvc", "repro", "split")
    after = (versions.checkout.folder / "data/split/ledger.csv").read_text().splitlines()
    assert set(before) < set(after)
    versions.checkout.run("git", "checkout", "--quiet", "--force", "first")


@pytest.fixture
def s3(monkeypatch):
    """The address of a server that speaks S3, with one empty bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_the_same_holds_with_a_bucket_that_speaks_s3(s3, new_checkout):
    boto3.client("s3", endpoint_url=s3).create_bucket(
        Bucket="lesions", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    checkout = new_checkout("with-a-bucket")
    checkout.run("dvc", "remote", "add", "--default", "bucket", "s3://lesions/dermaflow")
    checkout.run("dvc", "remote", "modify", "bucket", "endpointurl", s3)
    versions = Versions(checkout, "ingest")
    assert not (checkout.folder / ".cache/dvc-remote").exists()
    versions.lose_everything_local()
    shutil.rmtree(checkout.folder / ".cache")  # what ingestion knows of files, too
    assert versions.go_to("first") == versions.first
    versions.nothing_changes_when_it_is_run_again()
    assert versions.go_to("second") == versions.second
