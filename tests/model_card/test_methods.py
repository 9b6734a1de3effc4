import pytest

from dermaflow.model_card.methods import methods
from tests.model_card.drawn_record import CARD, drawn_record, item_of, words_of


def told(title, architecture="cnn", split=None, augment=None, **train):
    params = CARD["params"]
    sections = {
        "split": split or params["split"],
        "augment": params["augment"] if augment is None else augment,
        "train": {**params["train"], "architecture": architecture, **train},
    }
    record = drawn_record(card={**CARD, "architecture": architecture, "params": sections})
    return words_of(item_of(methods(record), title).blocks)


def test_a_split_by_chance_gives_its_shares():
    assert "validation 0.2, test 0.3" in told("How data were divided")


def test_a_split_by_the_source_or_by_folds_says_so():
    assert "the one that the source names" in told("How data were divided", split={"method": "official"})
    assert "fold 2 of 5, from 0" in told("How data were divided", split={"method": "folds", "fold": 2, "folds": 5})


def test_a_network_drawn_at_random_has_one_phase():
    words = told("Network and training")
    assert "All weights were drawn at random" in words
    assert "Epoch 4 of 6 was kept" in words
    assert "train.balance\nnone" in words


@pytest.mark.parametrize(
    ("frozen", "tuned"),
    [("", "all layers"), ("all", "none beside it"), ("block_13_expand", "the layers after block_13_expand")],
)
def test_a_pretrained_network_says_where_its_weights_come_from_and_what_is_tuned(frozen, tuned):
    words = told("Network", "MobileNetV2", weights="imagenet", head_epochs=3, frozen_through=frozen)
    assert "weights come from ImageNet" in words
    assert "was tuned yet" not in words
    assert f"the classifier alone, 3 epochs. Then these are tuned as well: {tuned}." in words


def test_layers_that_were_not_tuned_are_not_said_to_be():
    words = told("Network", "MobileNetV2", weights="imagenet", head_epochs=6, frozen_through="block_12_add")
    assert "The classifier alone was trained, 6 epochs at most: all other layers are as they were given." in words
    assert "tuned" not in words
    words = told("Network", "MobileNetV2", weights="imagenet", head_epochs=4, frozen_through="block_12_add")
    assert "Then these are tuned as well" in words
    assert "Nothing beside the classifier was tuned yet." in words


def test_a_training_that_tunes_all_at_once_has_one_phase():
    words = told("Network", "MobileNetV2", weights="imagenet", head_epochs=0, frozen_through="block_12_add")
    assert "One phase: the classifier is tuned and with it these: the layers after block_12_add." in words
    assert "0 epochs" not in words


def test_weights_of_a_file_are_named():
    assert "weights come from w.h5." in told("Network", "MobileNetV2", weights="w.h5", frozen_through="")


def test_further_networks_and_what_a_model_has_learnt_from_before_are_told():
    begun = {**CARD, "architecture": "MobileNetV2", "data": {**CARD["data"], "before": 7561}}
    train = {**CARD["params"]["train"], "weights": "w.h5", "further_weights": ["../other"]}
    begun["params"] = {**CARD["params"], "train": train}
    words = words_of(item_of(methods(drawn_record(card=begun)), "Network").blocks)
    assert "A further network begins with those of ../other instead" in words
    assert "These know 7,561 lesion images" in words
    assert "Near copies were not looked for." in words
    alone = told("Network", "MobileNetV2", weights="w.h5", frozen_through="")
    assert "lesion images" not in alone
    assert "further network" not in alone


@pytest.mark.parametrize(
    ("averaged", "said"),
    [(0.7, "The answer is the mean over 8"), (0.8, "was tried and left out, for it does not help")],
)
def test_several_views_are_said_and_whether_they_help(averaged, said):
    held = {"what": "views", "n": 8, "averaged": {"val_loss": averaged}, "single": {"val_loss": 0.75}}
    words = words_of(item_of(methods(drawn_record(card={**CARD, "averages": [held]})), "Network").blocks)
    assert said in words
    assert "8 mirrored and turned views" in words
    assert f"is {averaged:.3f} and of the first alone 0.750" in words
    assert "before logits are adjusted" not in words
    assert "views of the image" not in told("Network")
    params = {**CARD["params"], "train": {**CARD["params"]["train"], "balance": "logits"}}
    later = {**CARD, "averages": [held], "params": params}
    words = words_of(item_of(methods(drawn_record(card=later)), "Network").blocks)
    assert "of the first alone 0.750, before logits are adjusted." in words


def test_augmentation_is_said_with_its_limits_or_that_there_is_none():
    assert "30 augmented copies" in told("Augmentation")
    assert "augment.images_per_class\n30" in told("Augmentation")
    none = {**CARD, "data": {**CARD["data"], "copies": {}}}
    assert "No augmented copies were made." in words_of(
        item_of(methods(drawn_record(card=none)), "Augmentation").blocks
    )
    assert "varied anew in every epoch" in told("Augmentation", on_the_fly=True)


def test_class_balance_is_said_whichever_way_it_was_done():
    assert "brought to 30 training images" in told("Class imbalance")
    assert "errors on rare diagnoses weigh more (power 0.5" in told(
        "Class", augment={}, balance="loss", balance_power=0.5
    )
    assert "drawn more often (power 1.0" in told("Class", augment={}, balance="sampling", balance_power=1.0)
    assert told("Class", augment={}) == "Nothing was done: diagnoses count as often as they occur."


def test_the_difference_between_development_and_test_follows_the_split():
    assert "by chance alone" in told("Development and test")
    assert "by a rule that is unknown" in told("Development and test", split={"method": "official"})


def test_only_of_a_ledger_that_lasts_an_image_keeps_its_part():
    kept = "An image keeps its part however the data grow."
    assert kept in told("How data were divided", split={"method": "official"})
    assert kept not in told("How data were divided", split={"method": "folds", "fold": 1, "folds": 5})
