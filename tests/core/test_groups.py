import pandas as pd

from dermaflow.core.groups import FACTS, LINKS, connected, shown_before


def table(*rows):
    """Rows as dicts with image_id; content_group is the image's own, and lesion and patient are blank, unless given."""
    filled = [dict.fromkeys(LINKS, "") | {"content_group": row["image_id"]} | row for row in rows]
    return pd.DataFrame(filled, columns=["image_id", *LINKS], dtype=str)


def sets(images):
    numbers = connected(images)
    return {frozenset(images["image_id"][numbers == number]) for number in set(numbers)}


def test_links_join_transitively_over_lesion_patient_and_content():
    images = table(
        {"image_id": "A", "lesion_id": "L1"},
        {"image_id": "B", "lesion_id": "L1", "patient_id": "P1"},
        {"image_id": "C", "patient_id": "P1", "content_group": "D"},
        {"image_id": "D"},
        {"image_id": "E"},
    )
    assert sets(images) == {frozenset("ABCD"), frozenset("E")}


def test_blank_never_links():
    images = table(*({"image_id": i, "lesion_id": blank, "patient_id": ""} for i, blank in (("A", ""), ("B", "  "))))
    assert len(sets(images)) == 2


def test_the_same_text_as_lesion_and_as_patient_does_not_link():
    assert len(sets(table({"image_id": "A", "lesion_id": "7"}, {"image_id": "B", "patient_id": "7"}))) == 2


def test_an_empty_table_has_no_groups():
    assert connected(table()).shape == (0,)


def facts(*rows):
    return pd.DataFrame([dict.fromkeys(FACTS, "") | row for row in rows], columns=list(FACTS), dtype=str)


def test_an_image_is_known_by_its_picture_lesion_or_patient_and_a_blank_tells_nothing():
    seen = facts({"sha256": "a", "lesion_id": "L1"}, {"also_lesion_id": "L2", "patient_id": "P1"}, {"isic_id": "I1"})
    known = [{"sha256": "a"}, {"also_lesion_id": "L1"}, {"lesion_id": "L2 "}, {"patient_id": "P1"}, {"isic_id": "I1"}]
    unknown = [{}, {"sha256": "L1"}, {"pixels_sha256": "a"}, {"patient_id": "L1"}, {"lesion_id": " "}]
    assert shown_before(facts(*known), seen).all()
    assert not shown_before(facts(*unknown), seen).any()
    assert not shown_before(facts(*known), facts()).any()


def test_a_table_that_lacks_columns_knows_by_those_that_it_has():
    seen = pd.DataFrame({"image_id": ["x"], "sha256": ["a"]})
    assert list(shown_before(facts({"sha256": "a"}, {"lesion_id": "a"}), seen)) == [True, False]
