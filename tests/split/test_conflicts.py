from dermaflow.split.conflicts import linking_images


def with_partition(images, partitions, stated=()):
    partition = images["image_id"].map(lambda i: partitions.get(i, ""))
    assigned = (partition != "") & ~images["image_id"].isin(stated)
    return images.assign(partition=partition, assigned=assigned, official=images["official_partition"] == "test")


def test_an_image_that_links_two_partitions_is_left_out_with_its_evidence(table):
    images = table(
        {"image_id": "A", "lesion_id": "L"},
        {"image_id": "B", "patient_id": "P"},
        {"image_id": "C", "lesion_id": "L", "patient_id": "P"},
    )
    found = linking_images(with_partition(images, {"A": "train", "B": "test"}))
    assert found == {"C": "shares lesion_id 'L' with A (train) and patient_id 'P' with B (test)"}


def test_of_a_chain_only_what_closes_it_is_left_out(table):
    images = table(
        {"image_id": "A", "lesion_id": "L"},
        {"image_id": "B", "patient_id": "P"},
        {"image_id": "N1", "lesion_id": "L", "content_group": "N"},
        {"image_id": "N2", "patient_id": "P", "content_group": "N"},
    )
    labelled = with_partition(images, {"A": "train", "B": "test"})
    assert list(linking_images(labelled)) == ["N2"]
    assert linking_images(labelled[::-1]) == linking_images(labelled)


def test_two_assigned_images_found_to_be_one_lesion_cost_the_training_one(table):
    images = table({"image_id": "A", "lesion_id": "L"}, {"image_id": "B", "lesion_id": "L"})
    found = linking_images(with_partition(images, {"A": "train", "B": "test"}))
    assert found == {"A": "meant for train, shares lesion_id 'L' with B (test)"}


def test_what_is_assigned_is_believed_before_what_is_only_stated(table):
    images = table({"image_id": "A", "lesion_id": "L"}, {"image_id": "B", "lesion_id": "L"})
    found = linking_images(with_partition(images, {"A": "train", "B": "test"}, stated=["B"]))
    assert found == {"B": "meant for test, shares lesion_id 'L' with A (train)"}


def test_an_official_test_image_is_believed_before_all_else(table):
    images = table(
        {"image_id": "A", "lesion_id": "L"}, {"image_id": "B", "lesion_id": "L", "official_partition": "test"}
    )
    found = linking_images(with_partition(images, {"A": "train", "B": "test"}, stated=["B"]))
    assert found == {"A": "meant for train, shares lesion_id 'L' with B (test)"}


def test_groups_within_one_partition_may_be_joined(table):
    images = table(
        {"image_id": "A", "lesion_id": "L"},
        {"image_id": "B", "patient_id": "P"},
        {"image_id": "C", "lesion_id": "L", "patient_id": "P"},
    )
    assert linking_images(with_partition(images, {"A": "train", "B": "train"})) == {}
