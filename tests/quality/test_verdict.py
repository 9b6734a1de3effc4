import pandas as pd
import pytest

from dermaflow.core.lesions import CORRECTION_COLUMNS, QUARANTINE_COLUMNS
from dermaflow.quality.leaks import LEAK_COLUMNS
from dermaflow.quality.screening import Screened
from dermaflow.quality.verdict import Verdict, complaint, judge, summary

NO_CORRECTION = pd.DataFrame(columns=list(CORRECTION_COLUMNS), dtype=str)
NO_LEAK = pd.DataFrame(columns=list(LEAK_COLUMNS), dtype=str)


def judged(
    lesions: pd.DataFrame, accepted: pd.DataFrame, set_aside: pd.DataFrame, failed: list[str], most: float
) -> Verdict:
    return judge(lesions, Screened(accepted, set_aside, NO_CORRECTION), NO_LEAK, failed, most)


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
    return lesions.head(n).assign(content_group=lesions["image_id"], confirmed_by="")


def test_counts_are_by_reason_and_by_diagnosis_in_the_order_of_classes(lesions):
    verdict = judged(lesions, first(lesions, 8), quarantine("truncated", "exact-copy"), [], 0.3)

    assert verdict["passed"]
    assert (verdict["images_found"], verdict["images_accepted"]) == (10, 8)
    assert list(verdict["accepted"].items()) == [("melanoma", 2), ("nevus", 6)]
    assert verdict["quarantined"] == {"truncated": 1, "exact-copy": 1}
    assert verdict["dropped_diagnoses"] == ["vascular lesion"]


@pytest.mark.parametrize(("limit", "passes"), [(0.2, True), (0.19, False)])
def test_more_untrustworthy_rows_than_the_limit_fail(limit, passes, lesions):
    verdict = judged(lesions, first(lesions, 8), quarantine("truncated", "blank"), [], limit)

    assert verdict["quarantined_frac"] == 0.2
    assert verdict["passed"] is passes


def test_copies_and_rare_diagnoses_do_not_shake_trust(lesions):
    verdict = judged(lesions, first(lesions, 6), quarantine(*["exact-copy"] * 3, "diagnosis-too-rare"), [], 0.0)

    assert verdict["quarantined_frac"] == 0
    assert verdict["passed"]


def test_what_is_withheld_is_not_among_the_rows_of_which_a_share_is_taken(lesions):
    verdict = judged(lesions, first(lesions, 3), quarantine(*["withheld"] * 5, "truncated", "blank"), [], 0.3)

    assert verdict["quarantined_frac"] == 0.4
    assert not verdict["passed"]
    assert "received 40.0% (2 of 5 rows)" in complaint(verdict)


def test_a_failed_expectation_fails(lesions):
    verdict = judged(lesions, first(lesions, 10), quarantine(), ["Each sex is known: not so"], 0.3)

    assert not verdict["passed"]
    assert "Each sex is known: not so" in complaint(verdict)


def test_the_complaint_about_the_share_says_expected_received_and_what_to_do(lesions):
    told = complaint(judged(lesions, first(lesions, 5), quarantine(*["truncated"] * 5), [], 0.3))

    assert "expected at most 30.0%" in told
    assert "of rows that cannot be trusted (copies and what is not part of the task not counted)" in told
    assert "received 50.0% (5 of 10 rows)" in told
    assert "validate.max_quarantined_frac" in told


def test_an_unknown_diagnosis_is_counted_last_and_does_not_crash(lesions):
    accepted = first(lesions, 2).assign(diagnosis=["wart", "nevus"])
    assert list(judged(lesions, accepted, quarantine(), [], 0.3)["accepted"]) == ["nevus", "wart"]


def test_groups_of_near_copies_are_counted(lesions):
    accepted = first(lesions, 5).assign(content_group=["a", "a", "b", "b", "c"])
    assert judged(lesions, accepted, quarantine(), [], 0.3)["near_copy_groups"] == 2


def test_nothing_found_is_judged_without_a_crash(lesions):
    verdict = judged(lesions.iloc[:0], first(lesions, 0), quarantine(), ["At least one image"], 0.3)
    assert verdict["quarantined_frac"] == 0


def test_the_summary_names_counts_reasons_and_dropped_diagnoses(lesions):
    told = summary(judged(lesions, first(lesions, 8), quarantine("truncated", "exact-copy"), [], 0.3))

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
    verdict = judged(rows, first(rows, 0), quarantine(*["blank"] * 3_001), [], 0.3)
    assert not verdict["passed"]
    assert "received 30.0% (3,001 of 10,001 rows)" in complaint(verdict)


def test_a_verdict_on_generated_images_says_so(lesions):
    assert not judged(lesions, first(lesions, 8), quarantine(), [], 0.3)["phantom"]
    lesions.loc[9, "source"] = "phantom-a"
    verdict = judged(lesions, first(lesions, 8), quarantine(), [], 0.3)
    assert verdict["phantom"]
    assert "10 phantom (generated) images found" in summary(verdict)


def test_corrections_leaks_and_what_is_not_known_are_counted_and_told(ingested):
    rows = ingested(
        {"image_id": "a", "lesion_id": "L1", "official_partition": "test"}, {"image_id": "b"}, {"image_id": "c"}
    ).assign(content_group=list("abc"), confirmed_by=["board", "", "board"])
    corrections = pd.DataFrame([["a", "a.jpg", "nevus", "melanoma", "board"]], columns=list(CORRECTION_COLUMNS))
    leaks = pd.DataFrame([["a", "a.jpg", "same lesion", "t.jpg", "nevus"]], columns=list(LEAK_COLUMNS))
    verdict = judge(rows, Screened(rows, quarantine(), corrections), leaks, [], 0.3)
    assert verdict["corrected"] == {"nevus → melanoma": 1}
    assert (verdict["confirmed"], verdict["without_lesion"], verdict["official_test"]) == (2, 2, 1)
    assert verdict["leaks"] == {"same lesion": 1}
    told = summary(verdict)
    assert "1 nevus → melanoma" in told
    assert "1 of 1 official test images leak from training: same lesion 1" in told
