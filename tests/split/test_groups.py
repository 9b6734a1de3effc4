from dermaflow.split.groups import connected, name_groups


def sets(images):
    numbers = connected(images)
    return {frozenset(images["image_id"][numbers == number]) for number in set(numbers)}


def test_links_join_transitively_over_lesion_patient_and_content(table):
    images = table(
        {"image_id": "A", "lesion_id": "L1"},
        {"image_id": "B", "lesion_id": "L1", "patient_id": "P1"},
        {"image_id": "C", "patient_id": "P1", "content_group": "D"},
        {"image_id": "D"},
        {"image_id": "E"},
    )
    assert sets(images) == {frozenset("ABCD"), frozenset("E")}


def test_blank_never_links(table):
    images = table(*({"image_id": i, "lesion_id": blank, "patient_id": ""} for i, blank in (("A", ""), ("B", "  "))))
    assert len(sets(images)) == 2


def test_the_same_text_as_lesion_and_as_patient_does_not_link(table):
    assert len(sets(table({"image_id": "A", "lesion_id": "7"}, {"image_id": "B", "patient_id": "7"}))) == 2


def test_a_new_group_is_named_after_its_first_image(table):
    images = table({"image_id": "B", "lesion_id": "L"}, {"image_id": "A", "lesion_id": "L"}, known_group="")
    assert list(name_groups(images)) == ["A", "A"]


def test_a_known_group_keeps_its_name(table):
    images = table({"image_id": "B", "lesion_id": "L"}, {"image_id": "A", "lesion_id": "L"}, known_group=["B", ""])
    assert list(name_groups(images)) == ["B", "B"]


def test_an_empty_table_has_no_groups(table):
    assert connected(table()).shape == (0,)
