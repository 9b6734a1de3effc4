"""How far a varied image may differ from its original: the same for copies and for variation while a network learns."""

from pydantic import Field

from dermaflow.core.params import Params


class Limits(Params):
    """The part of the section `augment` of params.yaml that holds for both; mirrorings and quarter turns come beside.

    Shearing and changes of hue are not among them: asymmetry, border and colour are what a diagnosis is made of.
    """

    max_rotation_deg: int = Field(ge=0, le=180)  # to either side, beside the quarter turns
    max_zoom_factor: float = Field(ge=1, le=2)
    max_off_centre_frac: float = Field(ge=0, le=1)  # where a zoom looks. 0: into the middle; 1: anywhere in the image
    max_brightness_change: float = Field(ge=0, lt=1)  # 0.2: from 0.8 to 1.2 times as bright
    max_contrast_change: float = Field(ge=0, lt=1)  # likewise, about the mean brightness
    max_colour_change: float = Field(ge=0, lt=1)  # likewise: saturation, never hue
