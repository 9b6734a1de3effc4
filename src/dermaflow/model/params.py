"""The section `train` of params.yaml."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from dermaflow.core.params import Params

Filters = Annotated[int, Field(ge=1, le=2048)]
Architecture = Literal[
    "cnn",
    "ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtSmall", "ConvNeXtTiny", "ConvNeXtXLarge",
    "DenseNet121", "DenseNet169", "DenseNet201",
    "EfficientNetB0", "EfficientNetB1", "EfficientNetB2", "EfficientNetB3", "EfficientNetB4", "EfficientNetB5",
    "EfficientNetB6", "EfficientNetB7", "EfficientNetV2B0", "EfficientNetV2B1", "EfficientNetV2B2",
    "EfficientNetV2B3", "EfficientNetV2L", "EfficientNetV2M", "EfficientNetV2S",
    "InceptionResNetV2", "InceptionV3",
    "MobileNet", "MobileNetV2", "MobileNetV3Large", "MobileNetV3Small", "NASNetLarge", "NASNetMobile",
    "ResNet101", "ResNet101V2", "ResNet152", "ResNet152V2", "ResNet50", "ResNet50V2",
    "VGG16", "VGG19", "Xception",
]  # fmt: skip
"""The custom network, or any of keras.applications."""
Weights = Annotated[str, Field(min_length=1)]
NO_WEIGHTS = "none"
IMAGENET = "imagenet"


class TrainParams(Params):
    """What is trained, on which image size, how long; lists and dicts, as YAML has them, which nothing changes."""

    architecture: Architecture
    image_size_px: int = Field(ge=8, le=1024)
    # Of the cnn.
    filters: list[Filters] = Field(min_length=1, max_length=8)
    dense_units: int = Field(ge=1, le=8192)
    # Of a backbone.
    weights: Weights  # none, imagenet (Keras downloads them), a weights file, or a model's folder
    backbone_options: dict[str, bool | float | int | str]  # that it takes beside, such as alpha of MobileNetV2
    frozen_through: str  # with weights: layers up to this one stay as they are; all; or blank: none
    cache_trunk: bool  # compute what the frozen layers give once and not in every epoch
    head_epochs: int = Field(ge=0, le=10_000)  # with weights: the classifier alone first
    head_learning_rate: float = Field(gt=0, le=1)
    frozen_batch_norm: bool  # with weights: keep the statistics that came with them
    # Of both.
    dropout: float = Field(ge=0, lt=1)
    on_the_fly: bool  # vary each image anew in every epoch, within the limits of augment; nothing can be cached then
    balance: Literal["none", "loss", "sampling", "logits"]  # how rare classes are made to count: see model.balance
    balance_power: float = Field(ge=0, le=1)  # 1: each class as much as any other; 0: as often as it occurs
    label_smoothing: float = Field(ge=0, lt=1)
    learning_rate: float = Field(gt=0, le=1)
    schedule: Literal["constant", "cosine"]
    weight_decay: float = Field(ge=0, lt=1)
    mixed_precision: bool  # on a GPU only
    batch_size: int = Field(ge=1, le=4096)
    epochs: int = Field(ge=1, le=10_000)
    patience_epochs: int = Field(ge=1)
    members: int = Field(ge=1, le=16)  # networks that differ in their seeds, over which the model averages
    further_weights: list[Weights] = Field(max_length=15)  # each adds a network that begins with these, not `weights`
    clinical: list[Literal["age", "sex", "site"]] = Field(max_length=3)  # what the model may know beside the image
    views: Literal[1, 2, 4, 8]  # mirrored and turned views of an image over which the model averages
    min_melanoma_sensitivity: float = Field(gt=0, le=1)  # of melanomas like those of validation: sets the threshold
    seed: int = Field(ge=0, lt=2**32)

    @field_validator("frozen_through", mode="before")
    @classmethod
    def _blank(cls, value: object) -> object:
        """A key without a value, which YAML reads as null, is blank."""
        return "" if value is None else value

    @property
    def pretrained(self) -> bool:
        """Whether the network begins with weights that it was given."""
        return self.weights != NO_WEIGHTS

    @property
    def weights_of_members(self) -> list[str]:
        """What each network begins with, in the order of the members."""
        return [self.weights] * self.members + self.further_weights

    @property
    def frozen(self) -> bool:
        """Whether some layers stay as they were given."""
        return self.pretrained and bool(self.frozen_through)

    @property
    def cached(self) -> bool:
        """Whether the frozen layers are computed once, ahead of the epochs."""
        return self.frozen and self.cache_trunk and not self.on_the_fly

    @model_validator(mode="after")
    def _blocks_fit_the_image(self) -> Self:
        """Each block of the cnn halves the image: what is left after the last one must be a pixel or more."""
        if self.architecture == "cnn" and self.image_size_px >> len(self.filters) == 0:
            raise ValueError(
                f"{len(self.filters)} filters halve {self.image_size_px} px to nothing: "
                "expected fewer filters or a larger image_size_px"
            )
        return self

    @model_validator(mode="after")
    def _the_cnn_takes_no_weights(self) -> Self:
        if self.architecture == "cnn" and self.weights != NO_WEIGHTS:
            raise ValueError(
                f"expected weights {NO_WEIGHTS} with the architecture cnn, received {self.weights}: "
                "name a network of keras.applications, such as MobileNetV2"
            )
        return self

    @model_validator(mode="after")
    def _further_members_begin_with_weights(self) -> Self:
        if self.further_weights and NO_WEIGHTS in self.weights_of_members:
            raise ValueError(
                f"expected weights, and no {NO_WEIGHTS} among further_weights, received {self.weights} and "
                f"{', '.join(self.further_weights)}: members that are drawn at random are counted by `members`"
            )
        return self

    @model_validator(mode="after")
    def _something_is_learnt(self) -> Self:
        if self.pretrained and self.head_epochs > self.epochs:
            raise ValueError(f"expected head_epochs of at most epochs ({self.epochs}), received {self.head_epochs}")
        return self
