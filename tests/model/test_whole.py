"""Views, weights by name, and the outputs of the finished model."""

import numpy as np
import pytest

from dermaflow.core.clinical import COLUMNS, encoded
from dermaflow.model.architectures import build
from dermaflow.model.backend import keras, make_deterministic
from dermaflow.model.clinical import updated
from dermaflow.model.familiarity import distance_of, fit_familiarity
from dermaflow.model.params import TrainParams
from dermaflow.model.scores import softmax
from dermaflow.model.whole import TURNS, Findings, looking_model, views_of, whole_model


def test_the_eight_views_are_the_mirrorings_and_quarter_turns_of_a_square() -> None:
    image = np.arange(4, dtype=np.uint8).reshape(1, 2, 2, 1)
    seen = {tuple(view.ravel()) for view in views_of(image, 8)}
    turned = [np.rot90(image, quarter, axes=(1, 2)) for quarter in range(4)]
    assert seen == {tuple(each.ravel()) for turn in turned for each in (turn, turn[:, :, ::-1])}
    np.testing.assert_array_equal(views_of(image, 1)[0], image)
    assert len(TURNS) == 8


@pytest.mark.parametrize("views", [1, 8])
def test_probabilities_are_the_mean_over_views_of_calibrated_softmax(params: TrainParams, views: int) -> None:
    averaging = params.model_copy(update={"views": views})
    learnt = build(averaging, 2).learnt
    images = np.random.default_rng(0).integers(0, 256, (6, 24, 24, 3)).astype(np.float32)
    seen = looking_model(averaging, 2, [learnt]).predict(images, verbose=0)
    model = whole_model(averaging, 2, [[learnt]], Findings(2.0, fit_familiarity(seen, np.arange(6) % 2, seen)))
    probabilities, distance = model.predict(images, verbose=0)
    logits = [learnt.predict(np.ascontiguousarray(view), verbose=0) for view in views_of(images, views)]
    np.testing.assert_allclose(probabilities, np.mean([softmax(each / 2) for each in logits], axis=0), atol=1e-5)
    assert distance.max() == pytest.approx(1, abs=1e-4)
    assert [output.shape for output in model.outputs] == [(None, 2), (None,)]


@pytest.mark.parametrize("backbone", [False, True])
def test_probabilities_are_the_mean_over_members(params: TrainParams, tuned: TrainParams, backbone: bool) -> None:  # noqa: FBT001 - a case
    averaging = (tuned if backbone else params).model_copy(update={"views": 2, "members": 3})
    size = averaging.image_size_px
    images = np.random.default_rng(0).integers(0, 256, (4, size, size, 3)).astype(np.float32)
    members, logits = [], []
    for seed in (1, 2, 3):
        make_deterministic(seed)
        trunk, learnt = build(averaging, 2)
        for weights in learnt.trainable_weights:  # as after a training: every layer behind the cut differs
            weights.assign(weights + 0.05 * keras.random.normal(weights.shape, seed=seed))
        members.append([part for part in (trunk, learnt) if part is not None])
        for view in views_of(images, 2):
            given = np.ascontiguousarray(view) if trunk is None else trunk(np.ascontiguousarray(view), training=False)
            logits.append(keras.ops.convert_to_numpy(learnt(given, training=False)))
    seen = looking_model(averaging, 2, members[0]).predict(images, verbose=0)
    model = whole_model(averaging, 2, members, Findings(2.0, fit_familiarity(seen, np.arange(4) % 2, seen)))
    probabilities, distance = model.predict(images, verbose=0)
    np.testing.assert_allclose(probabilities, np.mean([softmax(each / 2) for each in logits], axis=0), atol=1e-5)
    assert distance.max() == pytest.approx(1, abs=1e-4)
    one = members[0][-1].count_params()
    shared = members[0][0].count_params() if backbone else 0
    assert sum(np.prod(each.shape) for each in model.weights if "distance" not in each.path) == 3 * one + shared


def test_what_is_stated_updates_the_mean_over_views_by_bayes_rule(params: TrainParams) -> None:
    averaging = params.model_copy(update={"views": 2})
    learnt = build(averaging, 2).learnt
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (6, 24, 24, 3)).astype(np.float32)
    seen = looking_model(averaging, 2, [learnt]).predict(images, verbose=0)
    familiar = fit_familiarity(seen, np.arange(6) % 2, seen)
    evidence = rng.normal(size=(len(COLUMNS), 2)).astype(np.float32)
    alone, _ = whole_model(averaging, 2, [[learnt]], Findings(2.0, familiar)).predict(images, verbose=0)
    model = whole_model(averaging, 2, [[learnt]], Findings(2.0, familiar, evidence))
    assert [each.name for each in model.inputs] == ["image", "clinical"]
    clinical = encoded(["80", "", "50", "20", "", ""], ["male", "", "", "female", "", ""], ["back", *[""] * 5])
    told, distance = model.predict([images, clinical], verbose=0)
    np.testing.assert_allclose(told, updated(alone.astype(np.float64), clinical, evidence), atol=1e-5)
    np.testing.assert_allclose(told[[1, 4, 5]], alone[[1, 4, 5]], atol=1e-6)
    assert distance.shape == (6,)


def test_layers_that_keras_numbers_are_found_and_given_their_weights(params: TrainParams) -> None:
    """EfficientNet has such a layer, and it computes with a copy of its weights."""
    numbered = params.model_copy(update={"architecture": "EfficientNetB0", "image_size_px": 32, "dropout": 0.0})
    make_deterministic(params.seed)
    learnt = build(numbered, 2).learnt
    normalisation = next(layer for layer in learnt.layers if isinstance(layer, keras.layers.Normalization))
    normalisation.set_weights([np.array([0.5, 0.4, 0.3]), np.array([0.01, 0.02, 0.03]), np.array(1)])
    normalisation.finalize_state()
    images = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3)).astype(np.float32)
    seen = looking_model(numbered, 2, [learnt])(images).numpy()
    model = whole_model(numbered, 2, [[learnt]], Findings(1.0, fit_familiarity(seen, np.arange(4) % 2, seen)))
    expected = softmax(learnt(images, training=False).numpy().astype(np.float64))
    np.testing.assert_allclose(model(images)[0], expected, atol=1e-7)


def test_the_distance_is_that_of_the_first_view_without_residual_blocks_too(params: TrainParams) -> None:
    plain = params.model_copy(
        update={"architecture": "MobileNet", "backbone_options": {"alpha": 0.25}, "image_size_px": 32, "views": 2}
    )
    make_deterministic(params.seed)
    learnt = build(plain, 2).learnt
    images = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3)).astype(np.float32)
    seen = looking_model(plain, 2, [learnt])(images).numpy()
    familiar = fit_familiarity(seen, np.arange(4) % 2, seen)
    model = whole_model(plain, 2, [[learnt]], Findings(1.0, familiar))
    np.testing.assert_allclose(model(images)[1], distance_of(seen, familiar), rtol=1e-3)
