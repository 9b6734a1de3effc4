import pytest

from dermaflow.core import paths
from dermaflow.core.errors import TableError
from dermaflow.core.files import read_json, write_bytes, write_json
from dermaflow.tracking.evaluated import CARD_FILES, epochs, flat_figures, flattened, read_evaluated, read_history


@pytest.mark.usefixtures("project")
def test_figures_have_flat_names_with_their_intervals_and_undefined_ones_have_none():
    metrics = {
        "n_images": 5,
        "n_groups": 3,
        "balanced_accuracy": {"value": 0.5, "low": 0.4, "high": 0.6},
        "accuracy": {"value": 0.7, "low": None, "high": None},
        "melanoma_auc": None,
        "shortcuts": {"macro_auc": {"value": 0.8, "low": None, "high": None, "by": "source"}},
        "ece": {"value": 0.1, "low": None, "high": None},
        "operating_point": {
            "diagnosis": "melanoma",
            "threshold": 0.2,
            "sensitivity": {"value": 0.95, "low": 0.9, "high": 0.97},
            "specificity": {"value": 0.6, "low": None, "high": None},
        },
        "per_class": {
            "nevus": {
                "n": 5,
                "auc": {"value": 0.75, "low": None, "high": None},
                "sensitivity": {"value": 1.0, "low": 0.9, "high": 1.0},
                "specificity": None,
            }
        },
    }
    assert flat_figures(metrics) == {
        "test_images": 5.0,
        "test_groups": 3.0,
        "test_balanced_accuracy": 0.5,
        "test_balanced_accuracy_low": 0.4,
        "test_balanced_accuracy_high": 0.6,
        "test_accuracy": 0.7,
        "test_ece": 0.1,
        "test_at_threshold_sensitivity": 0.95,
        "test_at_threshold_sensitivity_low": 0.9,
        "test_at_threshold_sensitivity_high": 0.97,
        "test_at_threshold_specificity": 0.6,
        "shortcut_macro_auc": 0.8,
        "test_auc/nevus": 0.75,
        "test_sensitivity/nevus": 1.0,
        "test_sensitivity/nevus_low": 0.9,
        "test_sensitivity/nevus_high": 1.0,
    }


def test_a_model_without_a_threshold_has_no_figures_at_one():
    metrics = {"n_images": 5, "n_groups": 3, "operating_point": None, "per_class": {}, "shortcuts": {}}
    assert flat_figures(metrics) == {"test_images": 5.0, "test_groups": 3.0}


def test_parameters_are_named_by_section_and_key():
    assert flattened({"train": {"epochs": 3, "a": {"b": [1, 2]}}}) == {"train.epochs": "3", "train.a.b": "[1, 2]"}


@pytest.mark.usefixtures("project")
def test_the_files_are_read_as_one_model():
    evaluated = read_evaluated()
    assert evaluated.fingerprint.startswith("aa11")
    assert evaluated.title == "cnn 16px · drawn · aa110000"
    assert [epoch for epoch, _ in epochs(evaluated.history)] == [1, 2, 3]
    figures = [figures for _, figures in epochs(evaluated.history)]
    assert figures[0] == {"loss": 1.0, "val_loss": 1.1, "member_2_loss": 1.2, "member_2_val_loss": 1.3}
    assert figures[2] == {"loss": 0.7, "val_loss": 0.95}  # the second network had ended


@pytest.mark.usefixtures("project")
def test_the_strongest_shortcut_stands_beside_the_figures():
    assert flat_figures(read_evaluated().metrics)["shortcut_melanoma_auc"] == 0.92


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("file", [paths.VERDICT, *CARD_FILES])
def test_the_digest_changes_with_any_file(file):
    before, content = read_evaluated(), file.read_bytes()
    file.write_bytes(content + b"\n")
    after = read_evaluated()
    file.write_bytes(content)
    assert (before.digest != after.digest, before.model_digest == after.model_digest) == (True, True)
    assert read_evaluated().digest == before.digest


@pytest.mark.usefixtures("project")
def test_an_evaluation_of_another_model_is_refused():
    metrics = read_json(paths.METRICS)
    write_json({**metrics, "fingerprint": "ffffffffff"}, paths.METRICS)
    with pytest.raises(TableError, match=r"is of the model ffffffff.*`dvc repro` brings them together"):
        read_evaluated()
    write_json(metrics, paths.METRICS)
    paths.SEEN.rename("aside")
    with pytest.raises(TableError, match=r"seen\.csv is missing"):
        read_evaluated()


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "is missing: `dvc repro` makes it"),
        (b"", "expected the column epoch, found none"),
        (b"number,loss\n1,0.5\n", "expected the column epoch, found number, loss"),
        (b"epoch,loss\n1,\xff\n", "expected a CSV table, received something else"),
    ],
)
def test_epochs_that_cannot_be_read_are_told_with_what_was_expected(content, complaint):
    if content is not None:
        write_bytes(content, paths.HISTORY)
    with pytest.raises(TableError, match=rf"history\.csv:? {complaint}"):
        read_history()
