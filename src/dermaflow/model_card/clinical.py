"""What a model card says of age, sex and site: how they are used, and what they add to the image."""

from collections.abc import Iterator

from dermaflow.core.measures import COMPARED, HEADLINES
from dermaflow.model_card.content import Item, Table, item, listed, measured, narrow, share
from dermaflow.model_card.record import Record


def predictors(record: Record) -> Item:
    """What goes into the model beside the image."""
    return item("9a, 9b, 9c", "Predictors", *_given(record))


def _given(record: Record) -> Iterator[str]:
    use = record.card.get("clinical")
    if use is None:
        yield "The image alone. Age, sex and site serve to tell how well the model does by them, not to predict."
        return
    taken = record.section_train["clinical"]
    told = ", ".join(f"{name} of {share(use['stated'][name], use['n'])}" for name in taken)
    yield (
        f"The image; beside it {listed(taken)}, as far as it is stated (of "
        f"{use['n']:,} training images: {told}). How often "
        "each is stated with each diagnosis, all diagnoses weighing the same, multiplies the odds that the image gives "
        "(Bayes' rule, taken as independent), to the power of "
        f"{use['strength']:.2f}, which told the validation images best."
    )
    yield (
        "What is not stated changes nothing, so that the gaps of a collection's records are no evidence. Sites are "
        "told apart no finer than all collections do. Without any of it the model answers from the image alone."
    )


def clinical(record: Record) -> Item | None:
    """What the test is with and without them; None where the model takes the image alone."""
    found = record.metrics.get("clinical")
    if not found:
        return None
    told = ", ".join(f"{name} of {found['stated'][name]:,}" for name in record.section_train["clinical"])
    rows = tuple(
        (
            HEADLINES[key],
            measured(record.metrics[key]),
            *(measured(found[way][key]) for way in ("image_alone", "stated_alone")),
        )
        for key in COMPARED
        if key in found["gain"]
    )
    gains = tuple(
        (name, f"{n:,}", *(narrow(gain.get(key), 3, signed=True) for key in COMPARED))
        for name, n, gain in (
            ("all", found["n"], found["gain"]),
            *((each["name"], each["n"], each["gain"]) for each in found["by_collection"]),
        )
    )
    at = found["image_alone_at_threshold"]
    kept = at and (
        "The threshold was set with what is stated. Where nothing is, suspicion at it has a sensitivity of "
        f"{measured(at['sensitivity'])} and a specificity of {measured(at['specificity'])}."
    )
    return item(
        "23a, 26",
        "What age, sex and site add",
        f"Stated, of {found['n']:,} test images: {told}. The columns: with all, as if nothing were stated, and from "
        "what is stated without a look at the image.",
        Table(("measure", "with all", "image alone", "stated alone"), rows),
        *([kept] if kept else []),
        "The gain, paired over groups, in the whole test and within each collection (the source, and the letters that "
        "the number of a lesion bears): what is gained within a collection is no guess at the collection. A dash: not "
        "all of the diagnoses that it takes are shown.",
        Table(("collection", "n", *(HEADLINES[key] for key in COMPARED)), gains, numbers_from=1),
    )
