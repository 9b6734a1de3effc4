import pytest

from dermaflow.augment.params import AugmentParams
from dermaflow.core.errors import ParamsError
from dermaflow.core.params import load_params

GOOD = (
    "augment: {images_per_class: 5, copies_per_image: 0, max_rotation_deg: 20, max_zoom_factor: 1.2,"
    " max_off_centre_frac: 0.0, max_brightness_change: 0.2, max_contrast_change: 0.1, max_colour_change: 0.3, seed: 7}"
)


def test_the_section_of_the_project_is_accepted(request):
    assert load_params("augment", AugmentParams, request.config.rootpath / "params.yaml").images_per_class >= 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("class: 5", "class: -1"), "augment.images_per_class: .*greater than or equal to 0"),
        (("deg: 20", "deg: 200"), "augment.max_rotation_deg"),
        (("factor: 1.2", "factor: 0.9"), "augment.max_zoom_factor"),
        (("change: 0.2", "change: 1"), "augment.max_brightness_change"),
        (("change: 0.1", "change: 1.0"), "augment.max_contrast_change"),
        (("change: 0.3", "change: -0.1"), "augment.max_colour_change"),
        (("frac: 0.0", "frac: 1.5"), "augment.max_off_centre_frac"),
        (("image: 0", "image: -1"), "augment.copies_per_image"),
        (("image: 0", "image: 2"), "images_per_class or copies_per_image to be 0, received 5 and 2"),
        (("class: 5", "class: 5.5"), "augment.images_per_class: .*integer"),
    ],
)
def test_a_wrong_value_is_named(tmp_path, change, message):
    (tmp_path / "params.yaml").write_text(GOOD.replace(*change))
    with pytest.raises(ParamsError, match=message):
        load_params("augment", AugmentParams, tmp_path / "params.yaml")


@pytest.mark.parametrize(
    "change", [("class: 5", "class: 0"), ("class: 5, copies_per_image: 0", "class: 0, copies_per_image: 3")]
)
def test_either_count_may_be_zero_and_both(tmp_path, change):
    (tmp_path / "params.yaml").write_text(GOOD.replace(*change))
    assert load_params("augment", AugmentParams, tmp_path / "params.yaml").images_per_class == 0
