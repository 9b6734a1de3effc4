"""The section `split` of params.yaml."""

from typing import Literal, Self

from pydantic import Field, model_validator

from dermaflow.core.params import Params


class SplitParams(Params):
    """The section `split` of params.yaml.

    With method `grouped` the fractions are shares of all images. With `official` the source states the test
    part: validation_frac is a share of the rest, test_frac is not used. With `folds` the images are divided into that
    many parts, and part number `fold` is the test part: validation_frac is a share of the rest, test_frac is not used.
    """

    method: Literal["grouped", "official", "folds"]
    validation_frac: float = Field(gt=0, lt=1)
    test_frac: float = Field(gt=0, lt=1)
    folds: int = Field(ge=2, le=100)
    fold: int = Field(ge=0)  # which of them is the test part, counted from 0
    seed: int = Field(ge=0)

    @model_validator(mode="after")
    def _leaves_something_to_train_on(self) -> Self:
        if self.validation_frac + self.test_frac >= 1:
            raise ValueError("validation_frac and test_frac must leave something to train on: their sum below 1")
        return self

    @model_validator(mode="after")
    def _is_one_of_the_folds(self) -> Self:
        if self.fold >= self.folds:
            raise ValueError(f"expected a fold below split.folds ({self.folds}), received {self.fold}")
        return self
