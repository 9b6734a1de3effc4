import pytest

from dermaflow.core import paths
from dermaflow.core.errors import TableError
from dermaflow.core.files import write_json
from flows.summary import last_decision, metrics_rows, summary_markdown

CARD = {
    "phantom": False,
    "architecture": "cnn",
    "input": {"image_size_px": 96},
    "classes": ["melanoma", "nevus"],
    "data": {"train": {"melanoma": 900, "nevus": 600}, "copies": {"melanoma": 0, "nevus": 300}},
    "epochs": 12,
    "best_epoch": 7,
    "fingerprint": "0123456789abcdef",
}
ESTIMATE = {"value": 0.5, "low": 0.4, "high": 0.6}
METRICS = {
    "n_images": 300,
    "n_groups": 200,
    "accuracy": ESTIMATE,
    "balanced_accuracy": ESTIMATE,
    "macro_auc": {"value": 0.7, "low": None, "high": None},
    "melanoma_auc": None,
    "melanoma_vs_nevus_auc": None,
    "ece": {"value": 0.041, "low": 0.0, "high": 0.06},
    "brier": {"value": 0.4, "low": 0.3, "high": 0.5},
    "operating_point": {"diagnosis": "melanoma", "threshold": 0.0912, "sensitivity": ESTIMATE, "specificity": ESTIMATE},
    "subgroups": {"sex": [{"small": True}, {"small": False}], "age": [{"small": True}]},
    "shortcuts": {"macro_auc": {"value": 0.8, "low": 0.7, "high": 0.9, "by": "border"}},
    "per_class": {"melanoma": {"n": 40, "sensitivity": ESTIMATE, "specificity": None}},
}
VERDICT = {
    "images_found": 2000,
    "images_accepted": 1800,
    "quarantined": {"exact-copy": 5, "truncated": 2},
    "dropped_diagnoses": ["seborrheic keratosis"],
    "corrected": {"nevus → actinic keratosis": 76},
    "official_test": 118,
    "leaks": {"same bytes": 18, "same lesion": 26},
}
BEGAN = "2026-01-02T00:00:00Z"
DECISION = {
    "action": "promote",
    "time": "2026-01-02T00:10:00Z",
    "promote": False,
    "name": "skin-lesion-classifier",
    "reasons": ["no better beyond chance"],
    "candidate": {"fingerprint": CARD["fingerprint"]},
}


@pytest.fixture
def reports(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for value, path in [(CARD, paths.CARD), (METRICS, paths.METRICS), (VERDICT, paths.VERDICT)]:
        write_json(value, path)
    write_json({**DECISION, "promote": True}, paths.DECISIONS / "20260101T000000Z-01234567.json")
    write_json(DECISION, paths.DECISIONS / "20260102T000000Z-01234567.json")
    other = {**DECISION, "promote": True, "candidate": {"fingerprint": "ffff"}}
    write_json(other, paths.DECISIONS / "20260103T000000Z-ffffffff.json")


@pytest.mark.usefixtures("reports")
def test_the_summary_says_what_was_found_trained_measured_and_decided():
    text = summary_markdown({"ingest": "ran", "train": "ran"}, "434 files pushed", BEGAN)
    for expected in (
        "2,000 images, 1,800 accepted; quarantined: 5 exact-copy, 2 truncated",
        "dropped from the task: seborrheic keratosis",
        "cnn at 96 px, 2 diagnoses, 1,500 training images and 300 augmented copies; best of 12 epochs: 7",
        "balanced accuracy: 0.500 (0.400 to 0.600)",
        "macro AUC: 0.700 (no interval: fewer than two groups); without the lesion 0.800 (0.700 to 0.900), by border",
        "corrected by authorities: 76 nevus → actinic keratosis",
        "official test images that leak from training: 44 of 118",
        "AUC, melanoma versus the rest: undefined",
        "AUC, melanoma versus nevus: undefined",
        "calibration error: 0.041 (0.000 to 0.060)",
        "- sensitivity, melanoma suspected from 0.091 on: 0.500 (0.400 to 0.600)\n- specificity, melanoma suspected",
        "300 images in 200 groups; 2 of 3 subgroups are too small for more than a hint",
        "not promoted (skin-lesion-classifier)\n- no better beyond chance",
        "**Copy in the DVC remote** 434 files pushed",
        "make ui",
    ):
        assert expected in text
    assert "PHANTOM" not in text


@pytest.mark.usefixtures("reports")
def test_a_retraining_that_trained_nothing_says_so():
    assert "nothing was trained" in summary_markdown({"ingest": "ran", "train": "unchanged"}, "", BEGAN)


@pytest.mark.usefixtures("reports")
def test_a_training_that_was_brought_back_is_not_one_where_nothing_changed():
    text = summary_markdown({"ingest": "ran", "train": "restored"}, "", BEGAN)
    assert "are those of an earlier training, brought back" in text
    assert "changed" not in text.split("**Found**")[0]


@pytest.mark.usefixtures("reports")
def test_a_model_that_was_found_in_force_was_not_promoted_by_the_gate():
    write_json(
        {**DECISION, "action": "found", "promote": True}, paths.DECISIONS / "20260104T000000Z-01234567-found.json"
    )
    text = summary_markdown({"ingest": "ran"}, "", BEGAN)
    assert "in force already (skin-lesion-classifier)" in text
    assert "promoted to champion" not in text


@pytest.mark.usefixtures("reports")
def test_a_model_that_was_brought_back_was_not_promoted():
    write_json({**DECISION, "action": "rollback", "promote": True}, paths.DECISIONS / "20260104T000000Z-01234567.json")
    text = summary_markdown({"ingest": "ran"}, "", BEGAN)
    assert "in force: brought back (skin-lesion-classifier)" in text
    assert "promoted to champion" not in text


@pytest.mark.usefixtures("reports")
def test_what_was_decided_before_this_retraining_is_told_as_such():
    text = summary_markdown({"train": "unchanged"}, "", "2026-01-03T00:00:00Z")
    assert "**Promotion** nothing to decide: not promoted at 2026-01-02T00:10:00Z (skin-lesion-classifier)" in text
    write_json({**DECISION, "promote": True}, paths.DECISIONS / "20260105T000000Z-01234567.json")
    text = summary_markdown({"train": "unchanged"}, "", "2026-01-06T00:00:00Z")
    assert "nothing to decide: promoted to champion at 2026-01-02T00:10:00Z" in text


@pytest.mark.usefixtures("reports")
def test_a_phantom_model_is_marked_in_the_first_line():
    write_json({**CARD, "phantom": True}, paths.CARD)
    assert "PHANTOM" in summary_markdown({"train": "ran"}, "", BEGAN).splitlines()[0]


@pytest.mark.usefixtures("reports")
def test_the_rows_leave_out_what_is_undefined():
    assert [row["metric"] for row in metrics_rows()] == [
        "balanced accuracy",
        "accuracy",
        "macro AUC",
        "calibration error",
        "Brier score (0 to 2)",
        "sensitivity, melanoma suspected from 0.091 on",
        "specificity, melanoma suspected from 0.091 on",
        "sensitivity, melanoma (n = 40)",
    ]


@pytest.mark.usefixtures("reports")
def test_a_model_without_an_operating_point_is_summed_up_without_it():
    write_json({**METRICS, "operating_point": None, "subgroups": {}}, paths.METRICS)
    text = summary_markdown({"train": "ran"}, "", BEGAN)
    assert "suspected" not in text
    assert "300 images in 200 groups\n" in text


def test_no_decision_is_an_error_that_names_its_fix(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TableError, match="`dermaflow promote` makes one"):
        last_decision("0123")
