"""The limits of variation, as the section augment states them."""

import pytest
from pydantic import ValidationError

from dermaflow.core.variation import Limits

STILL = {
    "max_rotation_deg": 0,
    "max_zoom_factor": 1.0,
    "max_off_centre_frac": 0.0,
    "max_brightness_change": 0.0,
    "max_contrast_change": 0.0,
    "max_colour_change": 0.0,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_rotation_deg", 181),
        ("max_zoom_factor", 0.9),
        ("max_off_centre_frac", 1.1),
        ("max_brightness_change", 1.0),
        ("max_contrast_change", -0.1),
        ("max_colour_change", 1.0),
    ],
)
def test_limits_beyond_what_is_an_image_are_refused(name, value):
    assert Limits(**STILL).max_zoom_factor == 1.0
    with pytest.raises(ValidationError, match=name):
        Limits(**{**STILL, name: value})
