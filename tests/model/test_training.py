"""From images to one finished model: the same twice, the same with the cache and without it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from dermaflow.core.clinical import encoded
from dermaflow.core.variation import Limits
from dermaflow.model.architectures import build
from dermaflow.model.backend import keras, tf
from dermaflow.model.clinical import Known
from dermaflow.model.params import TrainParams
from dermaflow.model.pixels import Labelled
from dermaflow.model.scores import validation_scores
from dermaflow.model.training import Material, Trained, member_seed, train
from tests.model.conftest import LIMITS, drawn_weights

CLASSES = ("melanoma", "nevus")


def material(size_px: int, limits: Limits | None = None) -> Material:
    """Bright and dark noise; the last training image is a copy."""
    rng = np.random.default_rng(2)

    def drawn(n: int) -> Labelled:
        labels = np.arange(n) % 2
        images = rng.integers(0, 120, (n, size_px, size_px, 3)) + 100 * labels[:, None, None, None]
        return Labelled(images.astype(np.uint8), labels.astype(np.int64))

    return Material(drawn(21), drawn(10), np.arange(21) < 20, CLASSES, limits=limits)


def trained(params: TrainParams, folder: Path) -> Trained:
    return train(
        material(params.image_size_px, LIMITS if params.on_the_fly else None),
        params,
        folder,
        dict.fromkeys(params.weights_of_members, folder / "trunk"),
        lambda *_: None,
    )


@pytest.fixture(scope="module")
def tuned(params: TrainParams, tmp_path_factory: pytest.TempPathFactory) -> TrainParams:
    """A backbone with weights whose last layers are tuned: the one with the fewest layers, for each is traced often."""
    changes = {
        "architecture": "MobileNet",
        "backbone_options": {"alpha": 0.25},
        "image_size_px": 32,
        "weights": str(drawn_weights("MobileNet", 0.25, tmp_path_factory.mktemp("weights") / "drawn.weights.h5")),
        "frozen_through": "conv_pw_10_relu",
        "head_epochs": 1,
        "epochs": 2,
    }
    return params.model_copy(update=changes)


@pytest.fixture(scope="module")
def once(tuned: TrainParams, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return trained(tuned.model_copy(update={"views": 2}), tmp_path_factory.mktemp("once"))


@pytest.fixture(scope="module")
def lucky(tuned: TrainParams) -> TrainParams:
    """A seed with which the mean over two networks tells the validation images better than the first alone."""
    return tuned.model_copy(update={"views": 2, "seed": 2})


@pytest.fixture(scope="module")
def alone(lucky: TrainParams, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return trained(lucky, tmp_path_factory.mktemp("alone"))


def test_the_same_training_gives_the_same_model_bit_by_bit(once: Trained, tuned: TrainParams, tmp_path: Path) -> None:
    again = trained(tuned.model_copy(update={"views": 2}), tmp_path)
    for mine, its in zip(again.model.get_weights(), once.model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, its)
    assert again.decided == once.decided
    assert set(once.decided.validation) == {"val_loss", "val_accuracy", "val_balanced_accuracy"}
    figures = [{key: value for key, value in row.items() if key != "seconds"} for row in again.histories[0]]
    assert figures == [{key: value for key, value in row.items() if key != "seconds"} for row in once.histories[0]]


def test_without_the_cache_the_result_is_the_same_with_dropout_too(
    once: Trained, tuned: TrainParams, tmp_path: Path
) -> None:
    assert tuned.dropout > 0
    plain = trained(tuned.model_copy(update={"views": 2, "cache_trunk": False}), tmp_path)
    images = material(32).validation.inputs
    for mine, its in zip(plain.model.predict(images, verbose=0), once.model.predict(images, verbose=0), strict=True):
        np.testing.assert_allclose(mine, its, rtol=1e-3, atol=1e-4)
    assert [row["val_loss"] for row in plain.histories[0]] == pytest.approx(
        [row["val_loss"] for row in once.histories[0]], rel=1e-3
    )


def test_half_precision_as_on_a_gpu_trains_and_gives_a_model_in_full_precision(
    once: Trained, tuned: TrainParams, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as as_on_a_gpu:
        as_on_a_gpu.setattr(tf.config, "list_physical_devices", lambda kind=None: ["a GPU"] if kind == "GPU" else [])
        half = trained(tuned.model_copy(update={"views": 2}), tmp_path)
    assert half.histories[0][-1]["loss"] < half.histories[0][0]["loss"]
    assert half.histories[0][0]["loss"] != once.histories[0][0]["loss"]  # dropout draws other numbers, too
    assert {layer.compute_dtype for layer in half.model.layers} == {"float32"}
    probabilities, _ = half.model.predict(material(32).validation.inputs, verbose=0)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_another_training_over_the_same_frozen_layers_begins_with_what_they_gave(
    once: Trained, tuned: TrainParams, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trained(tuned.model_copy(update={"epochs": 1}), tmp_path)
    capsys.readouterr()
    for folder in tmp_path.glob("member-*"):
        shutil.rmtree(folder)  # as the stage does
    again = trained(tuned.model_copy(update={"views": 2}), tmp_path)
    told = capsys.readouterr().out
    assert told.count("through the frozen layers: done before") == 2  # the training images, the first view
    for mine, its in zip(again.model.get_weights(), once.model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, its)


def test_the_model_is_one_with_calibrated_probabilities_and_a_distance(once: Trained) -> None:
    images = material(32).validation.inputs
    probabilities, distance = once.model.predict(images, verbose=0)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert distance.shape == (10,)
    assert distance.max() == pytest.approx(1, abs=1e-3)
    assert once.decided.operating_point is None  # that of the exported file is found by the stage


def test_logits_are_adjusted_after_a_training_that_counts_every_image_alike(
    params: TrainParams, tmp_path: Path
) -> None:
    given = material(params.image_size_px)
    rare = Labelled(given.learnt.inputs[5:], given.learnt.labels[5:] * (np.arange(16) > 8))  # 3 nevi of 16
    uneven = given._replace(learnt=rare, originals=given.originals[5:])
    plain, adjusted = (
        train(
            uneven,
            params.model_copy(update={"balance": balance}),
            tmp_path / balance,
            {"none": tmp_path},
            lambda *_: None,
        )
        for balance in ("none", "logits")
    )
    assert [row["val_loss"] for row in adjusted.histories[0]] == [row["val_loss"] for row in plain.histories[0]]
    (kernel, bias), (same, moved) = (each.model.get_layer("logits").get_weights() for each in (plain, adjusted))
    np.testing.assert_array_equal(kernel, same)
    np.testing.assert_allclose(moved, bias - np.log([13 / 16, 3 / 16]), rtol=1e-5)
    assert adjusted.decided.validation != plain.decided.validation


def test_what_is_stated_and_helps_is_inside_the_model_and_on_the_card(params: TrainParams, tmp_path: Path) -> None:
    given = material(params.image_size_px)
    rows = (given.learnt.labels[given.originals], given.validation.labels)
    old = [np.where(labels == 0, "80", "20") for labels in rows]
    learnt, chosen = (encoded(ages, [""] * len(ages), [""] * len(ages)) for ages in old)
    informed = given._replace(known=Known(learnt, rows[0], chosen, [str(n) for n in range(len(chosen))]))
    found = train(
        informed, params.model_copy(update={"clinical": ["age"]}), tmp_path, {"none": tmp_path}, lambda *_: None
    )
    use = found.decided.clinical
    assert use is not None
    assert use.stated == {"age": 20, "sex": 0, "site": 0}
    assert found.decided.validation["val_loss"] < use.image_alone["val_loss"]
    images = given.validation.inputs
    probabilities = found.model.predict([images, chosen], verbose=0)[0]
    assert validation_scores(probabilities, rows[1]) == pytest.approx(found.decided.validation, abs=1e-4)
    silent = found.model.predict([images, np.zeros_like(chosen)], verbose=0)[0]
    assert validation_scores(silent, rows[1]) == pytest.approx(use.image_alone, abs=1e-4)


def test_further_members_have_seeds_of_their_own_and_the_first_is_what_it_is_alone(
    alone: Trained, lucky: TrainParams, tmp_path: Path
) -> None:
    told: list[tuple[int, set[str]]] = []
    two = lucky.model_copy(update={"members": 2})
    found = train(
        material(32), two, tmp_path, {two.weights: tmp_path}, lambda epoch, row: told.append((epoch, set(row)))
    )
    first, second = found.decided.members
    assert (first.seed, first.epochs) == (two.seed, 2)
    assert second.val_loss != first.val_loss
    assert len({member_seed(two.seed, place) for place in range(1, 10)}) == 9
    assert first.val_loss == alone.decided.members[0].val_loss == min(row["val_loss"] for row in found.histories[0])
    assert [epoch for epoch, _ in told] == [1, 2] * 2
    assert {name.removeprefix("member_2_") for name in told[-1][1]} == told[0][1]
    assert {path.name for path in tmp_path.glob("member-*")} == {"member-1", "member-2"}
    images = material(32).validation.inputs
    scores = validation_scores(found.model.predict(images, verbose=0)[0], material(32).validation.labels)
    assert scores == pytest.approx(found.decided.validation, abs=1e-4)


def test_a_further_member_begins_with_weights_of_its_own(lucky: TrainParams, alone: Trained, tmp_path: Path) -> None:
    other = str(drawn_weights("MobileNet", 0.25, tmp_path / "other.weights.h5", seed=4))
    two = lucky.model_copy(update={"further_weights": [other]})
    trunks = {lucky.weights: tmp_path / "a", other: tmp_path / "b"}
    found = train(material(32), two, tmp_path, trunks, lambda *_: None)
    first, second = found.decided.members
    assert first.val_loss == alone.decided.members[0].val_loss != second.val_loss
    a, b = (np.load(folder / "train-trunk.npy") for folder in trunks.values())
    assert a.shape == b.shape
    assert np.abs(a - b).max() > 0.1
    images = material(32).validation.inputs
    scores = validation_scores(found.model.predict(images, verbose=0)[0], material(32).validation.labels)
    assert scores == pytest.approx(found.decided.validation, abs=1e-4)
    found.model.save(tmp_path / "model.keras")
    begun = build(lucky.model_copy(update={"weights": str(tmp_path)}), len(CLASSES)).learnt
    shared = [layer for layer in begun.layers if layer.name.startswith("conv_pw") and layer.weights]
    assert shared
    for layer in shared:  # of several networks the first one's weights are taken
        np.testing.assert_array_equal(layer.get_weights(), found.model.get_layer(layer.name).get_weights())


def test_a_network_that_does_not_help_is_trained_and_told_and_left_out(
    once: Trained, tuned: TrainParams, tmp_path: Path
) -> None:
    two = tuned.model_copy(update={"views": 2, "members": 2})
    found = train(material(32), two, tmp_path, {two.weights: tmp_path}, lambda *_: None)
    held = found.decided.averages[0]
    assert (held.what, held.n, held.kept) == ("networks", 2, False)
    assert len(found.histories) == 2
    assert found.decided.members == once.decided.members
    for mine, its in zip(found.model.get_weights(), once.model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, its)


def test_averages_are_judged_before_logits_are_adjusted_as_epochs_are(params: TrainParams, tmp_path: Path) -> None:
    whole = material(params.image_size_px)
    kept = (whole.learnt.labels == 1) | (np.arange(len(whole.learnt.labels)) < 6)
    rare = whole._replace(
        learnt=Labelled(whole.learnt.inputs[kept], whole.learnt.labels[kept]), originals=whole.originals[kept]
    )
    asked = params.model_copy(update={"balance": "logits", "views": 2})
    found = train(rare, asked, tmp_path, {asked.weights: tmp_path}, lambda *_: None)
    (held,) = found.decided.averages
    assert held.single["val_loss"] == pytest.approx(found.decided.members[0].val_loss)
    left = held.averaged if held.kept else held.single
    assert abs(left["val_loss"] - found.decided.validation["val_loss"]) > 0.01
    told = validation_scores(found.model.predict(rare.validation.inputs, verbose=0)[0], rare.validation.labels)
    assert told == pytest.approx(found.decided.validation, abs=1e-4)


def test_the_model_averages_over_its_views(once: Trained) -> None:
    images = material(32).validation.inputs
    turned = once.model.predict(images[:, :, ::-1], verbose=0)[0]
    np.testing.assert_allclose(turned, once.model.predict(images, verbose=0)[0], atol=1e-5)


def test_the_model_comes_back_from_its_file(once: Trained, tmp_path: Path) -> None:
    once.model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    images = material(32).validation.inputs
    for mine, its in zip(again.predict(images, verbose=0), once.model.predict(images, verbose=0), strict=True):
        np.testing.assert_array_equal(mine, its)


def test_the_cnn_varied_on_the_fly_is_trained_and_is_asked_without_variation(
    params: TrainParams, tmp_path: Path
) -> None:
    varied = params.model_copy(update={"on_the_fly": True, "balance": "sampling", "schedule": "cosine"})
    model = trained(varied, tmp_path).model
    assert not [layer for layer in model.layers if layer.name.startswith("vary")]
    assert model.output_shape == [(None, 2), (None,)]
