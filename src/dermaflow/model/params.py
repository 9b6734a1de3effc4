"""The section `train` of params.yaml."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from dermaflow.core.params import Params

Filters = Annotated[int, Field(ge=1, le=2048)]


class TrainParams(Params):
    """What is trained, on which image size, how long."""

    architecture: Literal["cnn"]
    image_size_px: int = Field(ge=8, le=1024)
    # A list, because YAML knows no tuple; nothing changes it.
    filters: list[Filters] = Field(min_length=1, max_length=8)
    dense_units: int = Field(ge=1, le=8192)
    dropout: float = Field(ge=0, lt=1)
    learning_rate: float = Field(gt=0, le=1)
    batch_size: int = Field(ge=1, le=4096)
    epochs: int = Field(ge=1, le=10_000)
    patience_epochs: int = Field(ge=1)
    seed: int = Field(ge=0, lt=2**32)

    @model_validator(mode="after")
    def _blocks_fit_the_image(self) -> Self:
        """Each block halves the image: what is left after the last one must be a pixel or more."""
        if self.image_size_px >> len(self.filters) == 0:
            raise ValueError(
                f"{len(self.filters)} filters halve {self.image_size_px} px to nothing: "
                "expected fewer filters or a larger image_size_px"
            )
        return self
