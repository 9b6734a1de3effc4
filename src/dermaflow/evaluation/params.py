"""What params.yaml may say about evaluation and about promotion."""

from pydantic import Field

from dermaflow.core.params import Params


class EvaluateParams(Params):
    """Section evaluate."""

    bootstrap_samples: int = Field(ge=100, le=100_000)
    seed: int = Field(ge=0)


class PromoteParams(Params):
    """Section promote: what a candidate must show before it may come into force."""

    min_balanced_accuracy: float = Field(ge=0, le=1)  # the lower end of the interval must reach it
    min_melanoma_auc: float = Field(ge=0, le=1)  # likewise
    max_melanoma_sensitivity_drop: float = Field(ge=0, le=1)  # a larger one must be ruled out by the interval; 1: any
    min_images: int = Field(ge=1)  # comparable test images
    confidence: float = Field(ge=0.5, lt=1)  # of every two-sided interval that the decision rests on
    bootstrap_samples: int = Field(ge=100, le=100_000)
    seed: int = Field(ge=0)
