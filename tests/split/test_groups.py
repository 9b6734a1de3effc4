from dermaflow.split.groups import name_groups


def test_a_new_group_is_named_after_its_first_image(table):
    images = table({"image_id": "B", "lesion_id": "L"}, {"image_id": "A", "lesion_id": "L"}, known_group="")
    assert list(name_groups(images)) == ["A", "A"]


def test_a_known_group_keeps_its_name(table):
    images = table({"image_id": "B", "lesion_id": "L"}, {"image_id": "A", "lesion_id": "L"}, known_group=["B", ""])
    assert list(name_groups(images)) == ["B", "B"]
