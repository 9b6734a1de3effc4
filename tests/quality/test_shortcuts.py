import numpy as np
import pandas as pd
import pytest

from dermaflow.core.lesions import ACCEPTED_COLUMNS
from dermaflow.quality import shortcuts
from dermaflow.quality.facts import facts_table, measure
from dermaflow.quality.shortcuts import shortcut_audit, shortcut_scores

N = 240
GROUPS = np.arange(N) // 2


@pytest.fixture(scope="module")
def images(draw, encode) -> pd.DataFrame:
    """Rows that are alike in everything but the diagnosis: a third are melanomas."""
    fact = facts_table([measure("a", encode(draw()))]).drop(columns=["image_id", "sha256"])
    rows = pd.DataFrame({"image_id": ["x"] * N}).reindex(columns=list(ACCEPTED_COLUMNS), fill_value="")
    rows["diagnosis"] = np.where(np.random.default_rng(0).random(N // 2) < 1 / 3, "melanoma", "nevus").repeat(2)
    return pd.concat([rows, pd.concat([fact] * N, ignore_index=True)], axis=1)


def by_name(found: tuple[shortcuts.Shortcut, ...]) -> dict[str, shortcuts.Shortcut]:
    return {shortcut.name: shortcut for shortcut in found}


def test_what_is_alike_in_all_images_tells_nothing_at_all(images):
    found = shortcut_audit(images, GROUPS, 1)

    assert [shortcut.name for shortcut in found][-1] == "all together"
    assert {(shortcut.macro_auc, shortcut.melanoma_auc) for shortcut in found} == {((0.5,) * 3, (0.5,) * 3)}
    assert {shortcut.balanced_accuracy for shortcut in found} == {(0.5,) * 3}


def test_a_source_that_gives_melanoma_away_is_found_and_only_that(images):
    known = images["diagnosis"] == "melanoma"
    told = images.assign(source=np.where(known ^ (np.arange(N) % 10 == 0), "clinic", "practice"))

    found = by_name(shortcut_audit(told, GROUPS, 1))

    value, low, high = found["source"].melanoma_auc
    assert value == pytest.approx(0.9, abs=0.02)
    assert 0.8 < low < value < high < 1
    assert found["source"].melanoma_vs_nevus_auc[0] == pytest.approx(0.9, abs=0.03)
    assert found["source"].balanced_accuracy[0] == pytest.approx(0.9, abs=0.02)
    assert found["border"].melanoma_auc == found["border"].melanoma_vs_nevus_auc == (0.5, 0.5, 0.5)
    assert found["all together"].melanoma_auc[0] > 0.85


@pytest.mark.parametrize(
    ("column", "clue"),
    [
        ("width", "image size"),
        ("size_bytes", "file size"),
        ("jpeg_quality", "compression"),
        ("border_blue", "border"),
        ("corner_brightness", "border"),
    ],
)
def test_a_measurement_that_goes_with_the_diagnosis_is_found(column, clue, images):
    told = images.assign(**{column: 50 + 20 * (images["diagnosis"] == "melanoma").astype(int)})

    assert by_name(shortcut_audit(told, GROUPS, 1))[clue].melanoma_auc[0] == 1


def test_blank_ages_that_go_with_the_diagnosis_are_found(images):
    told = images.assign(age=np.where(images["diagnosis"] == "melanoma", "60", ""))

    assert by_name(shortcut_audit(told, GROUPS, 1))["blank cells"].melanoma_auc[0] == 1


def test_what_is_known_of_a_group_is_of_no_use_for_another(images):
    scattered = np.random.default_rng(0).permutation(N // 2)[GROUPS]  # each group has a number of its own
    numbered = images.assign(image_id=[f"x{number}" for number in scattered])

    apart = by_name(shortcut_audit(numbered, GROUPS, 1))["number"].melanoma_auc
    torn = by_name(shortcut_audit(numbered, np.arange(N), 1))["number"].melanoma_auc

    assert 0.35 < apart[0] < 0.65
    assert torn[0] > apart[0] + 0.1


def test_the_same_seed_gives_the_same_figures(images):
    noisy = images.assign(border_red=np.random.default_rng(0).random(N))

    first, again, other = (shortcut_audit(noisy, GROUPS, seed) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_a_diagnosis_in_too_few_groups_is_left_out_and_named(images):
    rare = images.assign(diagnosis=["dermatofibroma"] * 8 + images["diagnosis"].tolist()[8:])  # four groups

    found = shortcut_audit(rare, GROUPS, 1)

    assert found[0].left_out == ("dermatofibroma",)
    assert found[0].n_images == N - 8


def test_nothing_is_told_of_a_single_diagnosis_or_of_no_image(images):
    assert shortcut_audit(images.assign(diagnosis="nevus"), GROUPS, 1) == ()
    assert shortcut_audit(images.assign(diagnosis=""), GROUPS, 1) == ()
    assert shortcut_audit(images[:0], GROUPS[:0], 1) == ()


def test_without_melanoma_the_other_diagnoses_are_still_told_apart(images):
    others = images.assign(diagnosis=images["diagnosis"].replace("melanoma", "dermatofibroma"))

    found = shortcut_audit(others, GROUPS, 1)

    assert {shortcut.melanoma_auc for shortcut in found} == {None}
    assert found[0].macro_auc == (0.5, 0.5, 0.5)


def test_a_large_collection_is_thinned_by_whole_groups(images, monkeypatch):
    monkeypatch.setattr(shortcuts, "MAX_IMAGES", 101)

    assert shortcut_audit(images, GROUPS, 1)[0].n_images == 100


def test_images_to_judge_are_scored_by_what_was_learnt_from_others(images):
    told = images.assign(source=np.where(images["diagnosis"] == "melanoma", "clinic", "practice"))
    learn, judge = told[:200], told[200:].assign(diagnosis="", source="clinic")

    scores = shortcut_scores(learn, judge, 1)

    assert scores.index.equals(judge.index)
    assert list(scores.columns) == ["melanoma", "nevus"]
    assert np.allclose(scores.sum(axis=1), 1)
    assert (scores["melanoma"] > 0.5).all()
    pd.testing.assert_frame_equal(scores, shortcut_scores(learn, judge, 1), check_exact=True)


def test_a_source_that_was_never_seen_is_no_error(images):
    scores = shortcut_scores(images[:200].assign(source="here"), images[200:].assign(source="elsewhere"), 1)

    assert scores.notna().all(axis=None)
