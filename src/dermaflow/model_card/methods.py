"""The chapter of a model card on methods: split, network, training, class balance, output, what is measured and how."""

from collections.abc import Iterator, Mapping
from typing import Any

from dermaflow.model_card.content import Item, Part, Points, item, listed, settings_table
from dermaflow.model_card.output import measures, output
from dermaflow.model_card.record import Record

_BALANCE = {
    "loss": "In training, errors on rare diagnoses weigh more (power {power}: 1 makes all diagnoses count the same).",
    "sampling": "In training, rare diagnoses are drawn more often (power {power}: 1 draws all of them as often).",
    "logits": (
        "In training every image counts alike; afterwards the logarithm of each diagnosis's share is taken from its "
        "logit (Menon et al. 2021, arXiv 2007.07314; power {power}: 1 treats all diagnoses as equally frequent). The "
        "curves of the training are of the network before that."
    ),
}


def methods(record: Record) -> Part:
    """Everything between the images and the figures."""
    return Part(
        "Methods",
        (
            _split(record),
            _network(record),
            _augmentation(record),
            _balance(record),
            _fairness(),
            output(record),
            measures(record),
            _differences(record),
        ),
    )


def _split(record: Record) -> Item:
    split = record.sections.get("split", {})
    fractions = f"validation {split.get('validation_frac', 'unknown')}"
    by_method = {
        "official": f"The test part is the one that the source names; of the rest, {fractions}.",
        "folds": f"The test part is fold {split.get('fold')} of {split.get('folds')}, from 0; else {fractions}.",
    }
    drawn = (
        f"Shares of all images: {fractions}, test {split.get('test_frac', 'unknown')}, by diagnosis as equal as can be."
    )
    return item(
        "12a",
        "How data were divided",
        by_method.get(str(split.get("method")), drawn),
        "Images that share a lesion, a patient or their content form a group, and a group is never divided.",
        "" if split.get("method") == "folds" else "An image keeps its part however the data grow.",
        f"Seed {split.get('seed', 'unknown')}.",
        "Training images set the weights. Validation images chose the epoch, the temperature, the threshold of "
        "suspicion, the limit of the familiar, and whether further networks, views and what is stated beside the image "
        "are used, and how much the last is believed. Test images chose nothing.",
    )


def _network(record: Record) -> Item:
    card, train = record.card, record.section_train
    return item(
        "12b, 12c, 22",
        "Network and training",
        f"{card['architecture']}, {card['n_parameters']:,} parameters, input {card['input']['image_size_px']} × "
        f"{card['input']['image_size_px']} pixels, values 0 to 255; whatever else is done to them is inside the model.",
        Points(tuple(_phases(card, train))),
        settings_table({"train": train}),
    )


def _origins(train: Mapping[str, Any], before: int) -> Iterator[str]:
    """Whence the first weights come; `before`: how many images models have learnt from whose they are."""
    named = "ImageNet, as Keras gives them" if train["weights"] == "imagenet" else train["weights"]
    yield f"The weights come from {named}."
    for each in train.get("further_weights", ()):
        yield f"A further network begins with those of {each} instead, and is trained likewise."
    if before:
        yield (
            f"These know {before:,} lesion images, which earlier models were trained or chosen on (see seen.csv); "
            "no file, pixels, number in the ISIC Archive, stated lesion or patient of the validation or test images "
            "here is among them. Near copies were not looked for."
        )


def _phases(card: Mapping[str, Any], train: Mapping[str, Any]) -> Iterator[str]:
    early = ""
    if card["architecture"] != "cnn" and train.get("weights", "none") != "none":
        yield from _origins(train, card.get("data", {}).get("before", 0))
        head = train.get("head_epochs", 0)
        frozen = train.get("frozen_through")
        behind = "none beside it" if frozen == "all" else f"the layers after {frozen}"
        tuned = behind if frozen else "all layers"
        epochs = "1 epoch" if head == 1 else f"{head} epochs"
        if not head:
            yield f"One phase: the classifier is tuned and with it these: {tuned}."
        elif card["epochs"] > head:
            yield f"First phase: the classifier alone, {epochs}. Then these are tuned as well: {tuned}."
            early = " Nothing beside the classifier was tuned yet." if card["best_epoch"] <= head else ""
        else:
            yield f"The classifier alone was trained, {epochs} at most: all other layers are as they were given."
    else:
        yield "All weights were drawn at random and learnt from the training images; one phase."
    members = card.get("members", ())
    first = " (of the first network)" if len(members) > 1 else ""
    yield (
        f"Epoch {card['best_epoch']} of {card['epochs']} was kept{first}: the one with the lowest loss on validation "
        f"images, after calibration.{early}"
    )
    if len(members) > 1:
        kept = listed(f"{each['best_epoch']} (seed {each['seed']})" for each in members[1:])
        yield (
            "The networks were trained alike from different seeds and share what is frozen of the same first weights; "
            f"of the others these epochs were kept: {kept}."
        )
    for held in card.get("averages", ()):
        yield _held(held, train)
    yield (
        f"Random numbers from seed {card['seed']}: the same commit, data and seed give the same model on the same "
        "machine. How far the result varies with the seed is not part of this card."
    )


def _held(held: Mapping[str, Any], train: Mapping[str, Any]) -> str:
    """Whether several networks or views are averaged over, and what the validation images say for it."""
    averaged, single = (held[side]["val_loss"] for side in ("averaged", "single"))
    what = "networks" if held["what"] == "networks" else "mirrored and turned views of the image"
    figures = f"the loss on the validation images is {averaged:.3f} and of the first alone {single:.3f}"
    if train.get("balance") == "logits":
        figures += ", before logits are adjusted"
    if averaged < single:
        return f"The answer is the mean over {held['n']} {what}: {figures}."
    return f"The mean over {held['n']} {what} was tried and left out, for it does not help: {figures}."


def _augmentation(record: Record) -> Item:
    augment = record.sections.get("augment", {})
    n_copies = sum(record.card["data"]["copies"].values())
    made = (
        f"{n_copies:,} augmented copies were learnt from beside the originals: mirrored, turned, magnified and lit "
        "otherwise, within the limits below. No copy of a validation or test image exists."
        if n_copies
        else "No augmented copies were made."
    )
    on_the_fly = record.section_train.get("on_the_fly")
    varied = "Each image was varied anew in every epoch, within the limits below." if on_the_fly else ""
    return item("12b", "Augmentation", made, varied, settings_table({"augment": augment}) if augment else "")


def _balance(record: Record) -> Item:
    augment, train = record.sections.get("augment", {}), record.section_train
    n_each = augment.get("images_per_class", 0)
    weighed = _BALANCE.get(str(train.get("balance")), "").format(power=train.get("balance_power"))
    brought = (
        f"Each diagnosis is brought to {n_each:,} training images: small ones by augmented copies, large ones thinned."
        if n_each
        else ""
    )
    return item(
        "13",
        "Class imbalance",
        brought,
        weighed,
        "" if brought or weighed else "Nothing was done: diagnoses count as often as they occur.",
        "Either way probabilities were calibrated afterwards on validation images as they occur, without balance."
        if brought or weighed
        else "",
    )


def _fairness() -> Item:
    return item(
        "14",
        "Fairness",
        "Nothing in the training aims at equal results. The test is repeated by age, sex, site and source instead, and "
        "the tables say where too few images tell anything.",
    )


def _differences(record: Record) -> Item:
    official = record.sections.get("split", {}).get("method") == "official"
    return item(
        "12f, 16, 24",
        "Development and test, updates",
        "The test part was drawn up by the source, by a rule that is unknown; it may differ from the rest in more than "
        "chance."
        if official
        else "Development and test images were drawn from the same sources by chance: they differ by chance alone.",
        "After the test nothing was changed or calibrated anew.",
    )
