"""The name of a training."""

from dermaflow.core.titles import SOURCES_NAMED, kind_of_images, training_name


def test_a_training_is_called_by_network_image_size_sources_and_fingerprint() -> None:
    assert training_name("cnn", 96, ["ham", "isic9"], "a1b2c3d4e5") == "cnn 96px · ham+isic9 · a1b2c3d4"


def test_many_sources_are_counted_and_no_fingerprint_leaves_no_trace() -> None:
    assert training_name("cnn", 96, [f"clinic-{n}" for n in range(SOURCES_NAMED + 1)]) == "cnn 96px · 4 sources"


def test_generated_images_are_said_to_say_nothing_about_skin() -> None:
    assert kind_of_images(phantom=True) == "generated images (phantom): it says nothing about skin"
    assert kind_of_images(phantom=False) == "photographs"
