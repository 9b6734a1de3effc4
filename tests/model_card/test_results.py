from dermaflow.model_card.content import Picture, Table, measured
from dermaflow.model_card.results import BY_DIAGNOSIS, results
from tests.model_card.drawn_record import drawn_record, item_of, words_of


def test_each_diagnosis_has_its_number_and_its_figures():
    record = drawn_record()
    table = item_of(results(record), "By diagnosis").blocks[0]
    melanoma = record.metrics["per_class"]["melanoma"]
    expected = ("melanoma", "12", *(measured(melanoma[key]) for key in BY_DIAGNOSIS))
    assert table.rows[1] == expected


def test_what_a_diagnosis_is_most_often_taken_for_is_told_with_its_interval():
    record = drawn_record()
    table = item_of(results(record), "By diagnosis").blocks[2]
    shares = record.metrics["confusion"]["melanoma"]
    wrong = [name for name in shares if name != "melanoma" and shares[name]["value"]]
    ordered = sorted(wrong, key=lambda name: -shares[name]["value"])
    assert ordered
    assert [row for row in table.rows if row[0] == "melanoma"] == [
        ("melanoma", name, measured(shares[name])) for name in ordered
    ]
    assert all(row[0] != row[1] for row in table.rows)


def test_of_a_model_without_a_mistake_none_is_told():
    metrics = drawn_record().metrics
    right = {
        true: {named: {"value": float(named == true)} for named in metrics["confusion"]}
        for true in metrics["confusion"]
    }
    blocks = item_of(results(drawn_record(metrics={**metrics, "confusion": right})), "By diagnosis").blocks
    assert not [block for block in blocks if isinstance(block, Table) and "named instead" in block.head]


def test_chance_is_said_beside_the_figures():
    assert "balanced accuracy of 0.33" in words_of(item_of(results(drawn_record()), "Overall").blocks)


def test_the_threshold_is_measured_on_test_images_with_predictive_values():
    found = item_of(results(drawn_record()), "Suspicion of melanoma, from a probability of 0.1250 on")
    assert [row[0] for row in found.blocks[0].rows] == [
        "sensitivity",
        "specificity",
        "positive predictive value",
        "negative predictive value",
    ]


def test_without_a_threshold_that_is_said():
    words = words_of(item_of(results(drawn_record(threshold=None)), "Suspicion").blocks)
    assert words == "There is no threshold, so nothing to measure at it."


def test_the_calibration_error_stands_beside_what_chance_gives():
    record = drawn_record()
    assert f"would show {measured(record.metrics['ece_if_calibrated'])}" in words_of(
        item_of(results(record), "Calibration").blocks
    )


def test_every_picture_appears_once_and_the_gallery_with_what_grad_cam_does_not_show():
    record = drawn_record(pictures=dict.fromkeys(("confusion.png", "roc.png", "gallery.png", "new.png"), b""))
    part = results(record)
    shown = [block.name for each in part.items for block in each.blocks if isinstance(block, Picture)]
    assert sorted(shown) == ["confusion.png", "gallery.png", "new.png", "roc.png"]
    assert "says where, not why" in words_of(item_of(part, "The worst errors").blocks)
