from dermaflow.split.groups import name_groups


def test_a_new_group_is_named_after_its_first_image(table):
    images = table({"image_id": "B", "lesion_id": "L"}, {"image_id": "A", "lesion_id": "L"}, known_group="")
    assert list(name_groups(images, taken=())) == ["A", "A"]


def test_a_known_group_keeps_its_name(table):
    images = table({"image_id": "B", "lesion_id": "L"}, {"image_id": "A", "lesion_id": "L"}, known_group=["B", ""])
    assert list(name_groups(images, taken=["B"])) == ["B", "B"]


def test_a_new_group_does_not_take_a_name_that_another_has(table):
    images = table({"image_id": "B", "sha256": "0123456789"}, {"image_id": "C"}, known_group="")
    assert list(name_groups(images, taken=["B"])) == ["B_01234567", "C"]
