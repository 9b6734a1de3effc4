import re
from dataclasses import replace

import pytest

from dermaflow.quality.contact_sheets import PICTURES_A_SHEET
from dermaflow.quality.reasons import explained
from dermaflow.quality.report_page import data_docs_page, report_page
from tests.page_reader import Reader
from tests.quality.phantom_audit import drawn_audit

LOOKED_AT = {"collection": "a folder", "files": "147"}
HOSTILE = "<svg onload=alert(1)>'\"&{{ 7*7 }}{% raw %}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("drawn")


@pytest.fixture(scope="module")
def audited(folder):
    return drawn_audit(folder)


@pytest.fixture
def picture(folder):
    return lambda image_id: (folder / f"{image_id}.jpg").read_bytes()


@pytest.fixture(scope="module")
def page(audited, folder):
    read = lambda image_id: (folder / f"{image_id}.jpg").read_bytes()  # noqa: E731
    return report_page(audited, LOOKED_AT, audited.examination.page, read)


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(page):
    read = Reader(page)
    addresses = [
        value for _, attributes in read.elements for name, value in attributes.items() if name in {"src", "href"}
    ]
    assert addresses
    assert all(re.match(r"data:image/jpeg;base64,|#", address) for address in addresses)
    assert "script" not in {tag for tag, _ in read.elements}
    assert "url(" not in page
    assert "@import" not in page


def test_every_element_is_closed_in_its_order(page):
    read = Reader(page)
    assert (read.open, read.crossed) == ([], [])


def test_every_link_within_the_page_leads_somewhere(page):
    attributes = [attributes for _, attributes in Reader(page).elements]
    ids = [each["id"] for each in attributes if "id" in each]
    assert len(ids) == len(set(ids))
    assert {each["href"][1:] for each in attributes if "href" in each} <= set(ids)


def test_the_reader_is_told_all_that_was_found(page, audited):
    text = Reader(page).text
    assert "These data must not be trusted as they are" in text
    assert all(sentence in text for sentence in audited.story)
    for reason, count in audited.verdict["quarantined"].items():
        assert f"{explained(reason).title} {explained(reason).meaning} {count}" in text
    assert all(shortcut.sentence.rstrip(",") in text for shortcut in audited.shortcuts)
    assert "nevus melanoma board 2" in text  # the correction
    assert "a folder" in text


def test_what_speaks_against_files_is_told_before_what_is_only_not_needed(page):
    assert (
        page.index('href="#contradicting-labels"') < page.index('href="#truncated"') < page.index('href="#exact-copy"')
    )


def test_generated_images_are_marked_loudly(page, audited, picture):
    assert "PHANTOM: generated images are among these" in Reader(page).text
    real = replace(audited, verdict=audited.verdict | {"phantom": False})
    assert "PHANTOM: " not in report_page(real, LOOKED_AT, "", picture)


def test_a_test_part_tied_to_training_is_shown_side_by_side(page, audited):
    assert audited.verdict["leaks"]["same lesion"]
    text = Reader(page).text
    total, test = sum(audited.verdict["leaks"].values()), audited.verdict["official_test"]
    assert f"{total} of its {test} test images are tied to training images" in text
    assert f"Same lesion: {audited.verdict['leaks']['same lesion']}" in text


def test_without_a_test_part_nothing_is_said_of_it(audited, picture):
    whole = replace(
        audited,
        leaks=audited.leaks.iloc[:0],
        verdict=audited.verdict | {"official_test": 0, "leaks": {}},
        corrections=audited.corrections.iloc[:0],
    )
    page = report_page(whole, LOOKED_AT, "", picture)
    assert 'id="leaks"' not in page
    assert 'id="corrections"' not in page
    assert 'href="#leaks"' not in page
    assert 'href="#corrections"' not in page


def test_names_and_labels_bring_no_markup_along(audited, picture):
    def spoilt(table, columns):
        return table.assign(**{column: table[column] + HOSTILE for column in columns})

    hostile = replace(
        audited,
        lesions=spoilt(audited.lesions, ["file", "label", "source", "site", "sex", "licence", "official_partition"]),
        accepted=spoilt(audited.accepted, ["file"]),
        quarantine=spoilt(audited.quarantine, ["file", "evidence"]),
        corrections=spoilt(audited.corrections, ["authority"]),
        leaks=spoilt(audited.leaks, ["file", "other_file"]),
        story=(*audited.story, HOSTILE),
    )
    read = Reader(report_page(hostile, {"collection": HOSTILE, HOSTILE: HOSTILE}, "", picture))

    names = {"alt", "charset", "class", "content", "href", "id", "lang", "name", "src", "style"}
    assert "svg" not in {tag for tag, _ in read.elements}
    assert {name for _, attributes in read.elements for name in attributes} <= names
    assert (read.open, read.crossed) == ([], [])
    assert HOSTILE in read.text


def test_the_page_is_of_bounded_size_and_asks_for_a_bounded_number_of_pictures(audited, folder):
    asked = []

    def picture(image_id):
        asked.append(image_id)
        return (folder / f"{image_id}.jpg").read_bytes()

    sheets = len(audited.verdict["quarantined"]) + len(audited.verdict["leaks"]) + 1  # near copies
    page = report_page(audited, LOOKED_AT, "", picture)
    assert len(asked) <= sheets * PICTURES_A_SHEET
    assert len(page) < 60_000 + 4_000 * 2 * len(asked)


def test_the_same_audit_gives_the_same_page(audited, page, picture):
    assert report_page(audited, LOOKED_AT, audited.examination.page, picture) == page


def test_nothing_found_is_a_page_too(audited, picture):
    nothing = {"quarantined": {}, "quarantined_frac": 0.0, "corrected": {}, "leaks": {}, "failed_expectations": []}
    sound = replace(
        audited,
        quarantine=audited.quarantine.iloc[:0],
        leaks=audited.leaks.iloc[:0],
        corrections=audited.corrections.iloc[:0],
        shortcuts=(),
        verdict=audited.verdict | nothing,
    )
    text = Reader(report_page(sound, LOOKED_AT, "", picture)).text
    assert "Nothing was found that speaks against these data." in text
    assert "Nothing: every file can be used." in text
    assert "test images is tied to one that it calls a training image" in text


def test_the_page_of_the_stage_holds_expectations_sheets_and_warnings(audited, picture):
    page = data_docs_page(audited, audited.examination.page, picture, warnings=["Ages have moved"])
    text = Reader(page).text
    assert "What must hold for the accepted images" in text
    assert "At least one image is accepted" in text
    assert "Warnings Ages have moved" in text
    assert "data:image/jpeg" in page
    assert "phantom-a, phantom-b" in text
