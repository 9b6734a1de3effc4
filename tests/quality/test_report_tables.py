import pandas as pd

from dermaflow.core.lesions import CORRECTION_COLUMNS
from dermaflow.quality import report_tables
from dermaflow.quality.report_tables import NO_LABEL, REST, ROWS_AT_MOST


def test_diagnoses_are_counted_as_found_as_accepted_and_by_part_and_source(ingested):
    lesions = ingested(
        {"image_id": "a", "diagnosis": "nevus", "official_partition": "train", "source": "vienna"},
        {"image_id": "b", "diagnosis": "melanoma", "official_partition": "test", "source": "vienna"},
        {"image_id": "c", "diagnosis": "", "label": "UNK", "source": "bern"},
    )

    table = report_tables.diagnoses(lesions, lesions.iloc[:2])

    cells = ("found", "accepted", "official none stated", "official test", "official train", "bern", "vienna")
    assert table.head == ("diagnosis", *cells)
    assert table.rows == (
        ("melanoma", 1, 1, 0, 1, 0, 0, 1),
        ("nevus", 1, 1, 0, 0, 1, 0, 1),
        (NO_LABEL, 1, 0, 1, 0, 0, 1, 0),
        ("all", 3, 2, 1, 1, 1, 1, 2),
    )


def test_one_source_and_no_parts_need_no_columns(ingested):
    lesions = ingested({"image_id": "a", "source": "vienna"})
    assert report_tables.diagnoses(lesions, lesions).head == ("diagnosis", "found", "accepted")


def test_a_hundred_sources_are_a_few_columns_and_the_rest(ingested):
    lesions = ingested(*({"image_id": f"i{n}_{k}", "source": f"s{n}"} for n in range(100) for k in range(1 + (n < 5))))
    table = report_tables.diagnoses(lesions, lesions)
    assert {"s0", "s1", "s2", "s3", "s4", REST} <= set(table.head)
    assert len(table.head) <= 3 + report_tables.COLUMNS_AT_MOST + 1
    assert sum(table.rows[-1][3:]) == 105


def test_corrections_are_counted_by_move_and_authority():
    rows = [("a", "a.jpg", "nevus", "melanoma", "board")] * 2 + [("b", "b.jpg", "nevus", "actinic keratosis", "board")]
    table = report_tables.corrections(pd.DataFrame(rows, columns=list(CORRECTION_COLUMNS)))
    assert table.rows == (("nevus", "melanoma", "board", 2), ("nevus", "actinic keratosis", "board", 1))


def test_many_kinds_of_corrections_are_cut_and_none_is_lost():
    rows = [("a", "a.jpg", "nevus", "melanoma", f"board {n}") for n in range(100)]
    table = report_tables.corrections(pd.DataFrame(rows, columns=list(CORRECTION_COLUMNS)))
    assert table.rows[-1] == (REST, "", "", 100 - ROWS_AT_MOST)
    assert sum(int(row[-1]) for row in table.rows) == 100


def test_no_correction_is_an_empty_table():
    assert report_tables.corrections(pd.DataFrame(columns=list(CORRECTION_COLUMNS), dtype=str)).rows == ()


def test_sizes_and_formats_are_told_of_what_could_be_decoded():
    facts = pd.DataFrame(
        {
            "width": [600, 600, 1024, None],
            "height": [450, 450, 768, None],
            "size_bytes": [50_000, 60_000, 90_000, 10],
            "format": ["JPEG", "JPEG", "PNG", ""],
        }
    ).astype({"width": "Int64", "height": "Int64", "size_bytes": "Int64"})
    assert dict(report_tables.images(facts)) == {
        "image size": "600×450 px 67%, 1024×768 px 33%",
        "shorter side": "450 to 768 px, half of them up to 450",
        "format": "JPEG 67%, PNG 33%",
        "file size": "50 to 90 kB, half of them up to 60",
    }


def test_people_are_told_with_how_many_are_known(ingested):
    rows = ingested(
        {"image_id": "a", "age": "40", "sex": "female", "lesion_id": "L1"},
        {"image_id": "b", "age": "old", "sex": "female", "lesion_id": "L1"},
        {"image_id": "c", "age": "60", "lesion_id": "L2"},
    )
    told = dict(report_tables.people(rows))
    assert told["age"] == "known for 2 of 3: 40 to 60 years, half of them up to 50"
    assert told["sex"] == "known for 2 of 3: female 100%"
    assert told["lesion"] == "known for all: 2 lesions"
    assert told["patient"] == told["site"] == told["licence"] == "not known for any"
