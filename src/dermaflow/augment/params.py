"""The section `augment` of params.yaml."""

from pydantic import Field

from dermaflow.core.params import Params


class AugmentParams(Params):
    """How many training images each class is brought to, and how far a copy may differ from its original."""

    images_per_class: int = Field(ge=0)  # 0: no copies, no thinning
    max_rotation_deg: int = Field(ge=0, le=180)  # to either side, beside the quarter turns
    max_zoom_factor: float = Field(ge=1, le=2)
    max_brightness_change: float = Field(ge=0, lt=1)  # 0.2: from 0.8 to 1.2 times as bright
    seed: int = Field(ge=0)
