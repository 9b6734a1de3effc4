from dermaflow.quality.knowledge import informed


def test_what_a_row_does_not_know_it_learns_from_its_copies_and_then_from_authorities(described, authorities):
    rows = described(
        {"image_id": "a", "age": "40"},
        {"image_id": "b", "sha256": "same", "lesion_id": "L1"},
        {"image_id": "c", "sha256": "same", "age": "50"},
    )
    told = authorities(
        {"image_id": "a", "lesion_id": "L7", "age": "99", "sex": "female"},
        {"image_id": "b", "lesion_id": "L8", "site": "back"},
    )
    learnt = informed(rows, told)
    assert learnt["lesion_id"].tolist() == ["L7", "L1", "L1"]
    assert learnt["age"].tolist() == ["40", "50", "50"]
    assert learnt["sex"].tolist() == ["female", "", ""]
    assert learnt["site"].tolist() == ["", "back", "back"]
    assert rows["lesion_id"].tolist() == ["", "L1", ""]


def test_of_two_authorities_the_first_is_believed_where_it_says_something(described, authorities):
    told = authorities(
        {"image_id": "a", "age": "", "sex": "male"},
        {"image_id": "a", "authority": "other", "age": "60", "sex": "female"},
    )
    learnt = informed(described({"image_id": "a"}), told)
    assert (learnt["age"][0], learnt["sex"][0]) == ("60", "male")


def test_an_authority_that_knows_other_images_changes_nothing(described, authorities):
    rows = described({"image_id": "a"})
    unchanged = rows.assign(also_lesion_id="")
    assert informed(rows, authorities({"image_id": "z", "lesion_id": "L1"})).equals(unchanged)
    assert informed(rows, authorities()).equals(unchanged)


def test_a_second_number_of_the_same_lesion_is_kept(described, authorities):
    rows = described(
        {"image_id": "a", "lesion_id": "HAM_1", "sha256": "same"},
        {"image_id": "b", "lesion_id": "IL_9", "sha256": "same"},
        {"image_id": "c", "lesion_id": "IL_7"},
    )
    learnt = informed(rows, authorities({"image_id": "c", "lesion_id": "HAM_2"}))
    assert learnt["lesion_id"].tolist() == ["HAM_1", "IL_9", "IL_7"]
    assert learnt["also_lesion_id"].tolist() == ["IL_9", "HAM_1", "HAM_2"]
