"""A listing adds up, or it is not believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermaflow.core.errors import SourceError
from dermaflow.sources.isic_archive_access import URL_VARIABLE
from dermaflow.sources.isic_archive_client import stated_client
from dermaflow.sources.isic_archive_listing import IDS_AT_ONCE, LISTINGS, list_by_id, list_records, read_ids
from tests.sources.archive_answers import instead, page_with
from tests.sources.archive_holdings import isic_id
from tests.sources.archive_server import serving

SEARCH = "images/search/"


@pytest.fixture
def archive(monkeypatch):
    with serving() as archive:
        archive.add(*range(1, 251))  # three pages
        monkeypatch.setenv(URL_VARIABLE, archive.api)
        yield archive


def listed(query="", collections=()):
    return list(list_records(client(), query, collections, size_of))


def size_of(record):
    return record.files.full.size


def client():
    return stated_client(connections=1, backoff_s=0.01)


def same(answer):
    return answer


def test_every_image_is_listed_once_over_all_pages(archive):
    assert sorted(listed()) == [isic_id(number) for number in range(1, 251)]
    assert archive.asked(SEARCH) == 3


def test_of_a_record_only_what_is_wanted_is_kept(archive):
    assert list_records(client(), "isic_id:ISIC_0000007", (), size_of) == {
        "ISIC_0000007": len(archive.held[isic_id(7)].data)
    }


def test_query_and_collections_are_passed_on(archive):
    archive.add(300, collections=(7, 8))
    archive.add(301, collections=(9,), clinical={"sex": "male"})
    assert listed(collections=(7, 9)) == ["ISIC_0000301", "ISIC_0000300"]
    assert listed("sex:male", (7, 9)) == ["ISIC_0000301"]
    assert listed("sex:male AND -isic_id:ISIC_0000301") == []


@pytest.mark.usefixtures("archive")
def test_a_query_that_the_archive_cannot_parse_is_an_error():
    with pytest.raises(SourceError, match="answered 400: check the query"):
        listed("((")


def test_a_count_that_changes_between_pages_begins_the_listing_anew(archive, capsys):
    archive.spoil(SEARCH, same, page_with(lambda page: page.update(count=251)))
    assert len(listed()) == 250
    assert archive.asked(SEARCH) == 2 + 3
    assert "251 images now, 250 were announced" in capsys.readouterr().out


def test_an_image_that_goes_while_it_is_listed_begins_the_listing_anew(archive):
    def remove(answer):
        archive.held.pop(isic_id(3))
        return answer

    archive.spoil(SEARCH, remove)
    assert len(listed()) == 249
    assert archive.asked(SEARCH) == 3 + 3


@pytest.mark.parametrize(
    ("spoilers", "fault"),
    [
        ([page_with(lambda page: page.update(count=251)), same, same], "250 images were listed instead of the 251"),
        ([page_with(lambda page: page.update(count=120)), same], "more images were listed than the 120"),
        ([page_with(lambda page: page["results"].append(page["results"][0]))], "listed twice"),
        ([same, page_with(lambda page: page["results"].pop()), same], "249 images were listed instead of the 250"),
    ],
    ids=["fewer", "more", "twice", "missing"],
)
def test_a_listing_that_never_adds_up_is_an_error(archive, spoilers, fault):
    archive.spoil(SEARCH, *spoilers * LISTINGS)
    with pytest.raises(SourceError, match=f"{fault}.*at each of {LISTINGS} listings"):
        listed()


@pytest.mark.parametrize(
    ("spoilers", "fault"),
    [
        ([page_with(lambda page: page.update(count=None))], "does not say how many"),
        ([same, page_with(lambda page: page.update(results=[]))], "an empty page says that another one follows"),
        (
            [page_with(lambda page: page.update(next="http://evil.example/api/v2/images/search/?cursor=a"))],
            "evil.example",
        ),
        ([page_with(lambda page: page.update(next=page["next"].replace("/search/", "/x/")))], "the next page lies at"),
        ([page_with(lambda page: page.update(next=page["next"].split("?")[0]))], "holds no cursor"),
        ([page_with(lambda page: page.update(next="http://[x"))], "address of the next page is none"),
        ([instead(b"<html>Sign in</html>")], f"expected a page of a listing.*{URL_VARIABLE}"),
        ([page_with(lambda page: page["results"][5].pop("files"))], "ISIC_0000245.*files: Field required"),
    ],
)
def test_pages_that_cannot_be_are_an_error_at_once(archive, spoilers, fault):
    archive.spoil(SEARCH, *spoilers)
    with pytest.raises(SourceError, match=fault):
        listed()
    assert archive.asked(SEARCH) == len(spoilers)


def test_a_cursor_that_comes_twice_is_an_error_and_no_endless_listing(archive):
    following = []

    def repeat(page):
        following.append(page["next"])
        page["next"] = following[0]

    archive.spoil(SEARCH, page_with(repeat), page_with(repeat))
    with pytest.raises(SourceError, match="two pages name the same next one"):
        listed()


def test_images_are_found_by_id_in_few_requests(archive):
    ids = [isic_id(number) for number in range(1, 121)]
    found = list_by_id(client(), [*ids, "ISIC_0009999"], "", (), size_of)
    assert sorted(found) == ids
    assert archive.asked(SEARCH) == -(-121 // IDS_AT_ONCE)


def test_a_query_narrows_what_ids_name(archive):
    archive.add(300, clinical={"sex": "male"})
    found = list_by_id(client(), [isic_id(1), isic_id(300)], "sex:male", (), size_of)
    assert list(found) == ["ISIC_0000300"]


def test_an_answer_that_was_not_asked_for_is_an_error(archive):
    archive.spoil(SEARCH, page_with(lambda page: page["results"][0].update(isic_id="ISIC_0000777")))
    with pytest.raises(SourceError, match="asked for ISIC_0000003 and others, answered with ISIC_0000777"):
        list_by_id(client(), ["ISIC_0000003"], "", (), size_of)


def test_ids_are_read_from_a_file_and_each_once(tmp_path):
    (tmp_path / "ids.txt").write_text("\ufeffISIC_0000001\r\n\n# a remark\nISIC_0000002  # another\n", encoding="utf-8")
    assert read_ids(["ISIC_0000002", f"@{tmp_path}/ids.txt"]) == ["ISIC_0000002", "ISIC_0000001"]


@pytest.mark.parametrize("entry", ["../../etc/passwd", "ISIC_1", "@/no/such/file", "@."])
def test_what_is_no_id_and_no_file_of_ids_is_an_error(entry):
    with pytest.raises(SourceError, match="expected"):
        read_ids([entry])


@given(st.binary(max_size=60))
def test_whatever_a_file_of_ids_holds_it_is_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("ids") / "ids"
    path.write_bytes(data)
    try:
        ids = read_ids([f"@{path}"])
    except SourceError:
        return
    assert all(name.startswith("ISIC_") for name in ids)
