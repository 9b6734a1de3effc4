import pandas as pd
import pytest

from dermaflow.core.lesions import QUARANTINE_COLUMNS
from dermaflow.quality.verdict import complaint, judge, summary


def quarantine(*reasons: str) -> pd.DataFrame:
    rows = [
        {"image_id": f"q{n}", "file": f"q{n}.jpg", "reason": reason, "evidence": ""} for n, reason in enumerate(reasons)
    ]
    return pd.DataFrame(rows, columns=list(QUARANTINE_COLUMNS), dtype=str)


@pytest.fixture
def lesions(ingested):
    """Ten rows: six nevi, three melanomas, one vascular lesion."""
    labels = ["nevus"] * 6 + ["melanoma"] * 3 + ["vascular lesion"]
    return ingested(*({"image_id": f"i{n}", "diagnosis": label} for n, label in enumerate(labels)))


def first(lesions: pd.DataFrame, n: int) -> pd.DataFrame:
    return lesions.head(n).assign(content_group=lesions["image_id"])


def test_counts_are_by_reason_and_by_diagnosis_in_the_order_of_classes(lesions):
    verdict = judge(lesions, first(lesions, 8), quarantine("truncated", "exact-copy"), [], 0.3)

    assert verdict["passed"]
    assert (verdict["images_found"], verdict["images_accepted"]) == (10, 8)
    assert list(verdict["accepted"].items()) == [("melanoma", 2), ("nevus", 6)]
    assert verdict["quarantined"] == {"truncated": 1, "exact-copy": 1}
    assert verdict["dropped_diagnoses"] == ["vascular lesion"]


@pytest.mark.parametrize(("limit", "passes"), [(0.2, True), (0.19, False)])
def test_more_untrustworthy_rows_than_the_limit_fail(limit, passes, lesions):
    verdict = judge(lesions, first(lesions, 8), quarantine("truncated", "blank"), [], limit)

    assert verdict["quarantined_frac"] == 0.2
    assert verdict["passed"] is passes


def test_copies_and_rare_diagnoses_do_not_shake_trust(lesions):
    verdict = judge(lesions, first(lesions, 6), quarantine(*["exact-copy"] * 3, "diagnosis-too-rare"), [], 0.0)

    assert verdict["quarantined_frac"] == 0
    assert verdict["passed"]


def test_a_failed_expectation_fails(lesions):
    verdict = judge(lesions, first(lesions, 10), quarantine(), ["Each sex is known: not so"], 0.3)

    assert not verdict["passed"]
    assert "Each sex is known: not so" in complaint(verdict)


def test_the_complaint_about_the_share_says_expected_received_and_what_to_do(lesions):
    told = complaint(judge(lesions, first(lesions, 5), quarantine(*["truncated"] * 5), [], 0.3))

    assert "expected at most 30.0%" in told
    assert "of rows that cannot be trusted (copies and too rare diagnoses not counted)" in told
    assert "received 50.0% (5 of 10 rows)" in told
    assert "validate.max_quarantined_frac" in told


def test_an_unknown_diagnosis_is_counted_last_and_does_not_crash(lesions):
    accepted = first(lesions, 2).assign(diagnosis=["wart", "nevus"])
    assert list(judge(lesions, accepted, quarantine(), [], 0.3)["accepted"]) == ["nevus", "wart"]


def test_groups_of_near_copies_are_counted(lesions):
    accepted = first(lesions, 5).assign(content_group=["a", "a", "b", "b", "c"])
    assert judge(lesions, accepted, quarantine(), [], 0.3)["near_copy_groups"] == 2


def test_nothing_found_is_judged_without_a_crash(lesions):
    verdict = judge(lesions.iloc[:0], first(lesions, 0), quarantine(), ["At least one image"], 0.3)
    assert verdict["quarantined_frac"] == 0


def test_the_summary_names_counts_reasons_and_dropped_diagnoses(lesions):
    told = summary(judge(lesions, first(lesions, 8), quarantine("truncated", "exact-copy"), [], 0.3))

    for words in (
        "10 images found, 8 accepted",
        "6 nevus",
        "1 truncated",
        "2 in quarantine; 10.0% (1 of 10 rows) cannot be trusted",
        "vascular lesion",
    ):
        assert words in told


def test_a_share_is_not_rounded_before_it_is_held_against_the_limit(ingested):
    rows = pd.concat([ingested({"image_id": "i"})] * 10_001, ignore_index=True)
    verdict = judge(rows, first(rows, 0), quarantine(*["blank"] * 3_001), [], 0.3)
    assert not verdict["passed"]
    assert "received 30.0% (3,001 of 10,001 rows)" in complaint(verdict)


def test_a_verdict_on_generated_images_says_so(lesions):
    assert not judge(lesions, first(lesions, 8), quarantine(), [], 0.3)["phantom"]
    lesions.loc[9, "source"] = "phantom-a"
    verdict = judge(lesions, first(lesions, 8), quarantine(), [], 0.3)
    assert verdict["phantom"]
    assert "10 phantom (generated) images found" in summary(verdict)
