from dermaflow.model_card.data import data
from tests.model_card.drawn_record import drawn_lesions, drawn_record, item_of, quarantined, words_of


def test_every_image_found_is_in_a_partition_or_left_out_for_a_reason():
    table = item_of(data(drawn_record()), "Who and what is in").blocks[1]
    assert table.rows == (
        ("files found", "127"),
        ("left out by validation: exact copy", "5"),
        ("left out by validation: truncated", "2"),
        ("accepted", "120"),
        ("left out by the split: none", "0"),
        ("used for train", "60"),
        ("used for validation", "24"),
        ("used for test", "36"),
    )


def test_nothing_left_out_is_said_in_words():
    record = drawn_record(quarantine=quarantined(), verdict={**drawn_record().verdict, "dropped_diagnoses": []})
    words = words_of(item_of(data(record), "Who and what is in").blocks)
    assert "left out by validation: none" in words
    assert "No diagnosis that was found was dropped" in words


def test_sources_are_counted_by_partition_and_group():
    table = item_of(data(drawn_record()), "Sources").blocks[0]
    assert table.head == ("source", "images", "train", "validation", "test", "groups")
    assert [row[:2] for row in table.rows] == [("clinic-a", "80"), ("clinic-b", "40")]
    assert [sum(int(row[place]) for row in table.rows) for place in (2, 3, 4)] == [60, 24, 36]


def test_who_confirmed_and_what_was_corrected_is_said():
    words = words_of(item_of(data(drawn_record()), "Outcome").blocks)
    assert "An official record states the same diagnosis, or a wider one that holds it" in words
    assert "seborrheic keratosis alike), for 80 (67 %) of 120 images: ham10000 (80) and isic2019 (80)" in words
    assert "corrected the label of 1 files; 1 of them are used, under the official diagnosis" in words
    copies = drawn_record(corrections=drawn_record().corrections.assign(image_id="a copy that was left out"))
    said = words_of(item_of(data(copies), "Outcome").blocks)
    assert "corrected the label of 1 files; 0 of them are used" in said
    assert "isic2019 and ham10000" in words
    assert "the name of a class folder, which anybody may have given\n120" in words


def test_no_authority_and_no_correction_are_said_in_words():
    record = drawn_record(drawn_lesions().assign(confirmed_by=""), corrections=drawn_record().corrections.iloc[:0])
    words = words_of(item_of(data(record), "Outcome").blocks)
    assert "for 0 (0 %) of 120 images; no authority was given or knows them." in words
    assert "No label was corrected by an official record." in words


def test_leaks_of_an_official_test_part_are_said():
    verdict = {**drawn_record().verdict, "leaks": {"same bytes": 3, "same lesion": 4}, "official_test": 36}
    assert "7 of 36 images that a source calls test" in words_of(
        item_of(data(drawn_record(verdict=verdict)), "Preparation").blocks
    )
    assert "calls test" not in words_of(item_of(data(drawn_record()), "Preparation").blocks)
