"""Training repeats exactly, also when it was interrupted."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from dermaflow.core.errors import TrainingError
from dermaflow.core.lesions import HISTORY_COLUMNS
from dermaflow.model.architectures import build
from dermaflow.model.backend import make_deterministic
from dermaflow.model.calibration import best_temperature
from dermaflow.model.checkpoint import best_epoch, store
from dermaflow.model.fit import Fitted, Report, _epoch, _left, _started, fit, logits_of
from dermaflow.model.params import TrainParams
from dermaflow.model.phases import start_phase, tuned_layers
from dermaflow.model.pixels import Labelled
from dermaflow.model.scores import softmax
from tests.model.conftest import LIMITS


def nothing(_epoch: int, _row: Mapping[str, float]) -> None:
    """A report to nobody."""


def fitted_on(train: Labelled, validation: Labelled, params: TrainParams, folder: Path, report: Report) -> Fitted:
    """A new network of `params`, trained."""
    make_deterministic(params.seed)
    return fit(
        build(params, 2, LIMITS if params.on_the_fly else None).learnt, train, validation, params, folder, report
    )


def same(one: Fitted, other: Fitted) -> bool:
    """Whether weights and histories, seconds apart, are bit by bit the same."""
    weights = zip(one.model.get_weights(), other.model.get_weights(), strict=True)
    without = [[{**row, "seconds": 0.0} for row in fitted.history] for fitted in (one, other)]
    return without[0] == without[1] and all(np.array_equal(mine, its) for mine, its in weights)


@pytest.fixture(scope="module")
def whole(
    train: Labelled, validation: Labelled, params: TrainParams, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Fitted, list[tuple[int, Mapping[str, float]]]]:
    """A training that nothing interrupts, and what it reported."""
    told: list[tuple[int, Mapping[str, float]]] = []
    folder = tmp_path_factory.mktemp("whole")
    return fitted_on(train, validation, params, folder, lambda epoch, row: told.append((epoch, row))), told


def test_every_epoch_is_reported_with_its_row_of_the_history(
    whole: tuple[Fitted, list[tuple[int, Mapping[str, float]]]],
) -> None:
    fitted, told = whole
    assert told == list(enumerate(fitted.history, 1))
    assert all(tuple(row) == HISTORY_COLUMNS[1:] for row in fitted.history)


def test_the_same_training_gives_the_same_weights_and_another_seed_others(
    whole: tuple[Fitted, object], train: Labelled, validation: Labelled, params: TrainParams, tmp_path: Path
) -> None:
    again = fitted_on(train, validation, params, tmp_path / "again", nothing)
    assert same(again, whole[0])
    make_deterministic(8)
    other = build(params, 2).learnt.get_weights()
    make_deterministic(params.seed)
    assert not np.array_equal(other[0], build(params, 2).learnt.get_weights()[0])


def test_an_interrupted_training_goes_on_to_the_same_weights(
    whole: tuple[Fitted, object],
    train: Labelled,
    validation: Labelled,
    params: TrainParams,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def killed(epoch: int, _row: Mapping[str, float]) -> None:
        if epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted_on(train, validation, params, tmp_path, killed)
    told: list[int] = []
    assert same(fitted_on(train, validation, params, tmp_path, lambda epoch, _row: told.append(epoch)), whole[0])
    assert told == [3]
    assert "going on after epoch 2" in capsys.readouterr().out


def test_a_damaged_checkpoint_means_a_new_start(
    params: TrainParams, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = dict.fromkeys(HISTORY_COLUMNS[1:], 1.0)
    store(tmp_path, [row], lambda path: path.write_bytes(b"no model"))
    make_deterministic(params.seed)
    new = build(params, 2).learnt
    model, history = _started(new, tmp_path)
    assert history == []
    assert model is new
    assert "starting anew" in capsys.readouterr().out


def test_training_stops_early_and_keeps_the_best_weights(
    train: Labelled, validation: Labelled, params: TrainParams, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    swapped = Labelled(validation.inputs, 1 - validation.labels)  # what is learnt is wrong here: it gets worse
    patient = params.model_copy(update={"epochs": 30, "patience_epochs": 2})
    fitted = fitted_on(train, swapped, patient, tmp_path, nothing)
    best = best_epoch(fitted.history)
    assert len(fitted.history) == best + 2 < 30
    logits = logits_of(fitted.model, swapped, 8)
    probabilities = softmax(logits, best_temperature(logits, swapped.labels))
    loss = -np.log(probabilities[np.arange(10), swapped.labels]).mean()
    assert loss == pytest.approx(fitted.history[best - 1]["val_loss"], rel=1e-4)
    assert "of at most 30: loss" in capsys.readouterr().out


@pytest.mark.parametrize(("balance", "smoothing"), [("none", 0.0), ("loss", 0.0), ("loss", 0.2)])
def test_the_loss_weighs_classes_and_smooths_labels_as_it_is_told(
    train: Labelled, validation: Labelled, params: TrainParams, balance: str, smoothing: float
) -> None:
    rare = Labelled(train.inputs[:12], np.array([0] * 9 + [1] * 3))
    still = {"dropout": 0.0, "batch_size": 12, "learning_rate": 1e-12, "balance": balance, "label_smoothing": smoothing}
    asked = params.model_copy(update=still)
    model = build(asked, 2).learnt
    start_phase(model, 1, 12, asked, tuned_layers(model))
    logarithms = np.log(softmax(logits_of(model, rare, 12)))
    aimed = np.eye(2)[rare.labels] * (1 - smoothing) + smoothing / 2
    weights = np.array([2 / 3] * 9 + [2.0] * 3) if balance == "loss" else np.ones(12)
    row = _epoch(model, rare, validation, 1, asked)
    assert row["loss"] == pytest.approx((weights * -(aimed * logarithms).sum(axis=1)).mean(), rel=1e-4)


def test_an_epoch_is_not_worse_for_being_too_sure(
    whole: tuple[Fitted, object], train: Labelled, validation: Labelled, params: TrainParams
) -> None:
    still = params.model_copy(update={"dropout": 0.0, "learning_rate": 1e-12})
    doubtful = validation._replace(labels=np.where(np.arange(10) < 3, 1 - validation.labels, validation.labels))
    learnt = build(params, 2).learnt
    learnt.set_weights(whole[0].model.get_weights())
    losses = []
    for times_as_sure in (1, 3):
        last = learnt.layers[-1]
        last.set_weights([times_as_sure * each for each in last.get_weights()])
        start_phase(learnt, 1, len(train.labels), still, tuned_layers(learnt))
        losses.append(_epoch(learnt, train, doubtful, 1, still)["val_loss"])
    assert losses[1] == pytest.approx(losses[0], abs=1e-3)


def test_a_loss_that_is_no_number_ends_the_training_with_a_remedy(
    train: Labelled, validation: Labelled, params: TrainParams
) -> None:
    model = build(params, 2).learnt
    start_phase(model, 1, len(train.labels), params, tuned_layers(model))
    model.layers[-1].bias.assign([np.nan, np.nan])
    with pytest.raises(TrainingError, match=r"expected a finite loss.*lower train\.learning_rate"):
        _epoch(model, train, validation, 1, params)


def test_it_learns_what_can_be_learnt(
    train: Labelled, validation: Labelled, params: TrainParams, tmp_path: Path
) -> None:
    longer = params.model_copy(update={"epochs": 12, "patience_epochs": 12, "dropout": 0.0})
    history = fitted_on(train, validation, longer, tmp_path, nothing).history
    assert history[best_epoch(history) - 1]["val_balanced_accuracy"] == 1.0


def test_patience_begins_after_the_head(tuned: TrainParams, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = Labelled(rng.normal(0, 1, (16, 1, 1, 56)).astype(np.float32), np.arange(16) % 2)
    params = tuned.model_copy(update={"head_epochs": 3, "epochs": 5, "patience_epochs": 1, "head_learning_rate": 1.0})
    history = fitted_on(rows, rows, params, tmp_path, nothing).history
    assert len(history) >= 4


def test_the_time_left_is_told_by_the_epochs_that_tune_layers(params: TrainParams) -> None:
    asked = params.model_copy(update={"weights": "imagenet", "head_epochs": 1, "epochs": 4})
    rows = [dict.fromkeys(HISTORY_COLUMNS[1:], 1.0) | {"seconds": seconds} for seconds in (10.0, 50.0, 70.0, 90.0)]
    assert "is known after the first that tunes layers" in _left(rows[:1], asked)
    assert _left(rows[:1], asked.model_copy(update={"head_epochs": 4})) == "at most 30 s left"
    assert [_left(rows[:n], asked) for n in (2, 3, 4)] == ["at most 100 s left", "at most 60 s left", "done"]


def test_what_varies_images_is_drawn_from_seed_and_epoch_alone(
    train: Labelled, validation: Labelled, params: TrainParams, tmp_path: Path
) -> None:
    def killed(_epoch: int, _row: Mapping[str, float]) -> None:
        raise KeyboardInterrupt

    varied = params.model_copy(update={"on_the_fly": True, "dropout": 0.0, "epochs": 2})
    without_end = fitted_on(train, validation, varied, tmp_path / "whole", nothing)
    with pytest.raises(KeyboardInterrupt):
        fitted_on(train, validation, varied, tmp_path / "cut", killed)
    assert same(fitted_on(train, validation, varied, tmp_path / "cut", nothing), without_end)
