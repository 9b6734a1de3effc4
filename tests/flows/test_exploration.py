import pytest

from dermaflow.core.measures import HEADLINES
from flows.exploration import pooled_markdown, search_markdown

FIGURE = {"value": 0.5, "low": 0.4, "high": 0.6}
POOLED = {
    "phantom": False,
    "folds": 5,
    "n_images": 2000,
    "n_groups": 1500,
    **dict.fromkeys(HEADLINES, FIGURE),
    "melanoma_auc": None,
    "over_folds": {"balanced_accuracy": {"mean": 0.51, "sd": 0.02}},
}
BEST = {
    "phantom": False,
    "by": "val_loss",
    "n": 20,
    "n_failed": 2,
    "n_validation": 300,
    "top": [
        {"number": 7, "changes": {"train.dropout": 0.2, "train.filters": [8]}, "figures": {"val_loss": 0.9}},
        {"number": 0, "changes": {}, "figures": {"val_loss": 1.0}},
    ],
    "present": {"val_loss": 1.0},
    "take_over": "dermaflow set 'train.dropout=0.2'",
}


def test_a_cross_validation_tells_all_folds_together_and_how_they_differ():
    text = pooled_markdown(POOLED)
    for expected in (
        "2,000 images in 1,500 groups, each by the one of 5 models that has not seen its group",
        "- balanced accuracy: 0.500 (0.400 to 0.600); over folds 0.510 ± 0.020",
        "- AUC, melanoma versus the rest: undefined",
        "every image was a test image: choose by `make search`",
    ):
        assert expected in text


def test_a_search_tells_the_best_what_params_yaml_says_and_how_to_take_it_over():
    text = search_markdown(BEST)
    for expected in (
        "20 trials, 2 of them failed, judged by val_loss on 300 validation images",
        "- 0.900, trial 7: train.dropout=0.2 train.filters=[8]\n- 1.000, trial 0: nothing changed",
        "- as params.yaml says: 1.000",
        "**Take it over** dermaflow set 'train.dropout=0.2'",
        "flattered by the choice",
    ):
        assert expected in text
    assert "nothing to do" in search_markdown({**BEST, "take_over": ""})


@pytest.mark.parametrize(("tell", "report"), [(pooled_markdown, POOLED), (search_markdown, BEST)])
def test_generated_images_are_marked_in_the_first_line(tell, report):
    assert "PHANTOM" not in tell(report)
    assert "PHANTOM" in tell({**report, "phantom": True}).splitlines()[0]
