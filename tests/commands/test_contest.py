import contextlib
from dataclasses import replace

import numpy as np
import pytest

from dermaflow.commands.candidate import read_candidate
from dermaflow.commands.contest import Rules, contest
from dermaflow.core import paths
from dermaflow.core.errors import PromotionError
from dermaflow.core.lesions import LEDGER_COLUMNS, read_table, write_table
from dermaflow.core.params import load_params
from dermaflow.evaluation.params import PromoteParams
from dermaflow.model.card import OperatingPoint, read_card, write_card
from dermaflow.tracking.bundles import bundle_folder
from dermaflow.tracking.evaluated import read_evaluated
from dermaflow.tracking.names import PHANTOM_NAME
from dermaflow.tracking.registry import versions
from dermaflow.tracking.store import connect


@pytest.fixture
def asked(story):
    """The last candidate of the story (a phantom), its version, the rules."""
    with contextlib.chdir(story.folder):
        client = connect()
        rules = Rules(load_params("promote", PromoteParams), allow_class_change=False, again=False)
        yield client, versions(client, PHANTOM_NAME)[0], read_candidate(read_evaluated()), rules


def test_what_is_served_must_be_what_was_evaluated(asked):
    client, version, candidate, rules = asked
    object.__setattr__(candidate, "probabilities", np.roll(candidate.probabilities, 1, axis=1))
    verdict = contest(client, version, None, candidate, rules)
    assert not verdict["promote"]
    assert "As served it differs from its evaluation" in verdict["reasons"][0]


def test_images_whose_group_the_champion_has_seen_are_left_out_and_counted(asked):
    client, version, candidate, rules = asked
    champion = versions(client, "skin-lesion-classifier")[-1]
    before = read_table(paths.LEDGER, LEDGER_COLUMNS)
    joined = before.assign(group_id=before["group_id"].replace({"g0": "g24", "g1": "g25"}))
    write_table(joined, LEDGER_COLUMNS, paths.LEDGER)
    verdict = contest(client, version, champion, candidate, rules)
    write_table(before, LEDGER_COLUMNS, paths.LEDGER)
    assert verdict["images_left_out"] == 4
    assert verdict["numbers"]["n_images"] == 44
    assert verdict["reasons"][0].startswith("4 of 48 test images were left out")


def test_the_champion_stands_at_the_operating_point_of_its_card(asked):
    client, version, candidate, rules = asked
    champion = versions(client, "skin-lesion-classifier")[-1]
    path = bundle_folder(champion.uri) / paths.CARD.name
    before = read_card(path)
    everything = OperatingPoint(
        diagnosis="melanoma", min_sensitivity=0.95, threshold=0.0, sensitivity=1.0, specificity=0.0, n=4
    )
    write_card(before.model_copy(update={"operating_point": everything}), path)
    verdict = contest(client, version, champion, candidate, rules)
    write_card(before, path)
    assert "at the champion's specificity of 0.000: 1.000 against 1.000" in verdict["reasons"][-1]
    assert verdict["numbers"]["champion"]["melanoma_specificity"]["value"] == 0


def test_a_champion_of_fewer_classes_is_compared_over_its_own_and_the_floors_are_over_all(asked):
    client, version, candidate, rules = asked
    champion = next(each for each in versions(client, "skin-lesion-classifier") if each.fingerprint.startswith("dd"))
    assert not contest(client, version, champion, candidate, rules)["promote"]
    verdict = contest(client, version, champion, candidate, replace(rules, allow_class_change=True))
    assert "Each of the 3 classes is shown by a comparable test image." in verdict["reasons"]
    assert verdict["numbers"]["n_images"] == 32  # of 48, a third shows what the champion does not know
    assert verdict["numbers"]["own"]["balanced_accuracy"]["value"] == 1


def test_a_test_image_that_is_gone_is_told(asked):
    client, version, candidate, rules = asked
    object.__setattr__(candidate, "image_ids", ("gone", *candidate.image_ids[1:]))
    with pytest.raises(PromotionError, match=r"gone\.jpg is missing: `dvc repro` or `dvc checkout`"):
        contest(client, version, None, candidate, rules)


def test_a_champion_of_an_earlier_version_does_not_stand_for_ever(asked):
    client, version, candidate, rules = asked
    champion = versions(client, "skin-lesion-classifier")[-1]
    path = bundle_folder(champion.uri) / paths.CARD.name
    before = path.read_bytes()
    path.write_bytes(before.replace(b'"format": 2', b'"format": 1'))
    verdict = contest(client, version, champion, candidate, rules)
    path.write_bytes(before)
    assert verdict["reasons"][0].startswith("The champion was made by another version and cannot be asked")
    assert verdict["numbers"]["champion"] is None
    assert "no_champion" in verdict["numbers"]["rules"]


@pytest.mark.parametrize("damaged", [b"", b'{"format": 2', b"[]"])
def test_a_champion_whose_card_is_damaged_is_not_passed_over(asked, damaged):
    client, version, candidate, rules = asked
    champion = versions(client, "skin-lesion-classifier")[-1]
    path = bundle_folder(champion.uri) / paths.CARD.name
    before = path.read_bytes()
    path.write_bytes(damaged)
    with pytest.raises(PromotionError, match=r"the champion cannot be asked: .*Remove .* to have it"):
        contest(client, version, champion, candidate, rules)
    path.write_bytes(before)
