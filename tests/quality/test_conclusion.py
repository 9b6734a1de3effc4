import pytest

from dermaflow.quality.conclusion import conclusion_of, weight_of
from dermaflow.quality.shortcuts import Shortcut
from dermaflow.quality.verdict import Verdict


def verdict(**changed):
    sound = Verdict(
        passed=True, phantom=False, images_found=100, images_accepted=100, quarantined_frac=0.0,
        max_quarantined_frac=0.3, quarantined={}, accepted={"nevus": 50, "melanoma": 50}, dropped_diagnoses=[],
        corrected={}, confirmed=0, without_lesion=0, official_test=20, leaks={}, near_copy_groups=0,
        failed_expectations=[],
    )  # fmt: skip
    return sound | changed


def test_nothing_found_is_sound():
    assert conclusion_of(verdict(), ()).level == "sound"


def test_what_is_only_not_needed_leaves_the_data_sound():
    assert conclusion_of(verdict(quarantined={"exact-copy": 5, "diagnosis-too-rare": 3}), ()).level == "sound"


def test_a_file_that_cannot_be_read_is_worth_a_remark():
    found = conclusion_of(verdict(quarantined={"truncated": 2, "exact-copy": 5}), ())
    assert (found.level, found.sentence) == (
        "remarks", "These data can be used with care: 2 of 100 files cannot be used."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"quarantined": {"contradicting-labels": 4}}, "the labels of 4 files contradict each other"),
        ({"quarantined": {"near-copies-contradict": 1}}, "the labels of 1 file contradict"),
        ({"corrected": {"nevus → melanoma": 3}}, "3 files carry a diagnosis that the official record does not"),
        ({"corrected": {"nevus → melanoma": 1}}, "1 file carries a diagnosis"),
        ({"leaks": {"same bytes": 2, "same lesion": 3}}, "5 of 20 test images are tied to training images"),
        ({"failed_expectations": ["Each sex is known: not so for 3"]}, "Each sex is known: not so for 3"),
        ({"quarantined_frac": 0.41}, "41% of the files cannot be trusted, more than the 30%"),
    ],
)
def test_what_misleads_is_not_to_be_trusted_and_said(changed, words):
    found = conclusion_of(verdict(**changed), ())
    assert found.level == "untrusted"
    assert words in found.sentence
    assert found.sentence.endswith(".")


def test_all_that_is_grave_stands_in_one_sentence():
    found = conclusion_of(verdict(quarantined={"contradicting-labels": 4}, leaks={"same bytes": 2}), ())
    assert found.sentence == (
        "These data must not be trusted as they are: the labels of 4 files contradict each other and cannot be "
        "settled; and 2 of 20 test images are tied to training images."
    )


def test_without_any_label_the_pictures_alone_are_judged():
    reasons = {"outside-taxonomy": 97, "truncated": 3}
    found = conclusion_of(
        verdict(images_accepted=0, accepted={}, quarantined=reasons, failed_expectations=["At least one: received 0"]),
        (),
    )
    assert found.level == "remarks"
    assert found.sentence == (
        "No file carries a diagnosis, so that only the pictures could be judged; and 3 of 100 files cannot be used."
    )


def test_test_images_that_are_training_images_mislead_without_labels_too():
    found = conclusion_of(
        verdict(images_accepted=0, accepted={}, quarantined={"outside-taxonomy": 100}, leaks={"same bytes": 4}), ()
    )
    assert found.level == "untrusted"
    assert "could be judged; and 4 of 20 test images are tied to training images." in found.sentence


def test_nothing_readable_is_no_lack_of_labels():
    found = conclusion_of(
        verdict(images_accepted=0, accepted={}, quarantined={"truncated": 100}, quarantined_frac=1.0), ()
    )
    assert found.level == "untrusted"


def test_a_shortcut_is_weighed_by_what_is_certain_of_it():
    assert weight_of((0.92, 0.90, 0.94)) == "strong"
    assert weight_of((0.80, 0.65, 0.95)) == "some"
    assert weight_of((0.60, 0.50, 0.70)) == "little"


def test_a_strong_shortcut_is_a_remark_and_the_strongest_is_named():
    def clue(name, auc):
        return Shortcut(name, f"the {name},", (0.2, 0.2, 0.2), (0.5, 0.5, 0.5), auc, auc, 100, ())

    found = conclusion_of(
        verdict(), [clue("number", (0.99, 0.98, 1.0)), clue("border", (0.85, 0.8, 0.9)), clue("x", None)]
    )
    assert (found.level, found.sentence) == (
        "remarks",
        (
            "These data can be used with care: melanoma can be told without a look at the lesion, from the number "
            "(AUC 0.99)."
        ),
    )
    assert conclusion_of(verdict(), [clue("border", (0.85, 0.7, 0.9))]).level == "sound"
