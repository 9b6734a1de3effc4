"""The chapter of a model card on results: overall, by diagnosis, at the threshold, by subgroup, shortcuts, pictures."""

from collections.abc import Iterator

from dermaflow.core.measures import HEADLINES
from dermaflow.model_card.clinical import clinical
from dermaflow.model_card.content import Block, Item, Part, Table, Text, item, measured
from dermaflow.model_card.pictures import GALLERY, other_pictures, pictures
from dermaflow.model_card.record import Record
from dermaflow.model_card.subgroups import shortcuts, subgroups, unfamiliar
from dermaflow.model_card.use import headline_table

BY_DIAGNOSIS = {
    "auc": "AUC",
    "average_precision": "average precision",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
}
MISTAKES = 2  # told of each diagnosis
AT_THRESHOLD = {
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "ppv": "positive predictive value",
    "npv": "negative predictive value",
}
GRAD_CAM = (
    "Grad-CAM (Selvaraju et al. 2017, doi 10.1109/ICCV.2017.74) shows in which parts of the image the network's last "
    "convolutional features spoke for the diagnosis that it named. It is as coarse as those features, shows what "
    "speaks for that one diagnosis and not what speaks against it, and says where, not why: a hot place is no proof "
    "that the network saw what a dermatologist sees there. Heat beside the lesion is a sign that something else was "
    "learnt. Where the model averages, it is of the first view and the last network, and nothing is stated."
)


def results(record: Record) -> Part:
    """All figures of the test, with intervals."""
    return Part(
        "Results",
        (
            item("20a, 23a", "Overall", _tested(record), headline_table(record, tuple(HEADLINES)), _by_chance(record)),
            _by_diagnosis(record),
            _at_threshold(record),
            _calibration(record),
            subgroups(record),
            shortcuts(record),
            *filter(None, [clinical(record)]),
            unfamiliar(record),
            item("23a", "The worst errors", GRAD_CAM, *pictures(record, GALLERY)),
            item("12c", "How training went", *pictures(record, "training.png"), *other_pictures(record)),
        ),
    )


def _tested(record: Record) -> str:
    metrics = record.metrics
    return f"{metrics['n_images']:,} test images in {metrics['n_groups']:,} groups; 95 % intervals over groups."


def _by_chance(record: Record) -> str:
    n_shown = len(record.classes) - len(record.metrics["classes_without_test_images"])
    return (
        f"Chance reaches a balanced accuracy of {1 / max(1, n_shown):.2f} and an AUC of 0.50. A blank third column: no "
        "shortcut was measured for it."
    )


def _by_diagnosis(record: Record) -> Item:
    rows = []
    for name, figures in record.metrics["per_class"].items():
        cells = [measured(figures[key]) for key in BY_DIAGNOSIS]
        rows.append((name, f"{figures['n']:,}", *cells))
    return item(
        "23a",
        "By diagnosis",
        Table(("diagnosis", "n", *BY_DIAGNOSIS.values()), tuple(rows)),
        *_mistakes(record),
        *pictures(record, "confusion.png"),
        *pictures(record, "roc.png"),
        *pictures(record, "precision_recall.png"),
    )


def _mistakes(record: Record) -> Iterator[Block]:
    """What each diagnosis is most often taken for; nothing of a model without a mistake."""
    rows = []
    for true, shares in record.metrics["confusion"].items():
        wrong = [(named, figure) for named, figure in shares.items() if named != true and figure["value"]]
        wrong.sort(key=lambda pair: -pair[1]["value"])
        rows += [(true, named, measured(figure)) for named, figure in wrong[:MISTAKES]]
    if rows:
        yield Text(
            f"The mistakes made most often, {MISTAKES} of a diagnosis at most. The picture shows all of them, "
            "metrics.json the intervals of all."
        )
        yield Table(("diagnosis", "named instead", "share of its images"), tuple(rows), numbers_from=2)


def _at_threshold(record: Record) -> Item:
    point = record.metrics["operating_point"]
    if point is None:
        return item("15, 23a", "Suspicion of melanoma", "There is no threshold, so nothing to measure at it.")
    rows = tuple((words, measured(point[key])) for key, words in AT_THRESHOLD.items())
    asked = record.card["operating_point"]
    return item(
        "15, 23a",
        f"Suspicion of {point['diagnosis']}, from a probability of {point['threshold']:.4f} on",
        Table(("measure", "value (95 % interval)"), rows),
        f"The threshold was set for a sensitivity of {asked['min_sensitivity']:.2f} by validation images; on test "
        "images it need not keep it: the table says what it does."
        if asked
        else "",
    )


def _calibration(record: Record) -> Item:
    metrics = record.metrics
    return item(
        "23a",
        "Calibration",
        f"Expected calibration error {measured(metrics['ece'])}; a model that is right exactly as often as it says "
        f"would show {measured(metrics['ece_if_calibrated'])} on so many images, by chance. Brier score "
        f"{measured(metrics['brier'])}.",
        *pictures(record, "reliability.png"),
    )
