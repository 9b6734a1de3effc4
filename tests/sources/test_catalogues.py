"""All sources together."""

import pytest

from dermaflow.core.errors import SourceError
from dermaflow.sources.catalogues import catalogue_of, catalogues_of, fetch_from, offers_of
from dermaflow.sources.params import ArchiveSource, ChallengeSource, FolderSource, IngestParams, PhantomSource

PHANTOM = PhantomSource(kind="phantom")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "clinic/nevus").mkdir(parents=True)
    (tmp_path / "clinic/nevus/a.jpg").write_bytes(b"a")
    return FolderSource(kind="folder", path=str(tmp_path / "clinic"))


def test_offers_come_source_after_source_and_each_is_fetched_from_its_own(folder, small):
    other = folder.model_copy(update={"name": "ward"})
    catalogues = catalogues_of(IngestParams(sources=[other, PHANTOM, folder], authorities=[], phantom=small))
    offers = offers_of(catalogues)
    assert list(dict.fromkeys(offer.source for offer in offers)) == ["ward", "phantom-a", "phantom-b", "clinic"]
    fetch = fetch_from(catalogues)
    assert fetch(offers[0]) == fetch(offers[-1]) == b"a"
    assert fetch(offers[1]).startswith(b"\xff\xd8")


def test_one_source_twice_is_refused_by_its_place(folder, small):
    with pytest.raises(
        SourceError, match="number 2 and 3 of ingest.sources are both named 'clinic'".replace(".", r"\.")
    ):
        catalogues_of(IngestParams(sources=[PHANTOM, folder, folder], authorities=[], phantom=small))
    with pytest.raises(SourceError, match="are both named 'phantom-a'"):
        catalogues_of(IngestParams(sources=[PHANTOM, PHANTOM], authorities=[], phantom=small))


def test_every_kind_of_source_is_listed_by_its_own_adapter(folder, small, tmp_path, monkeypatch):
    (tmp_path / "t.csv").write_text("image,dx\na,mel\n")
    challenge = ChallengeSource(kind="challenge", tables=[str(tmp_path / "t.csv")], images=folder.path)
    found = [catalogue_of(source, small).offers[0].labelled_by for source in (folder, challenge, PHANTOM)]
    assert found == ["folder", "table", "phantom"]
    monkeypatch.setenv("DERMAFLOW_ISIC_ARCHIVE_URL", "http://127.0.0.1:1/api/v2")
    monkeypatch.setenv("DERMAFLOW_ISIC_ARCHIVE_TOKEN", "")
    archive = ArchiveSource(kind="isic_archive", licences=["CC-0"], downloads=1, ids=["nonsense"])
    with pytest.raises(SourceError, match="nonsense"):
        catalogue_of(archive, small)
