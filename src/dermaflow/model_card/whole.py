"""The model card: what was made from what, how well it does, for whom, and what is not known.

It follows the items of TRIPOD+AI as far as they apply (Collins et al. 2024, BMJ 385:e078378,
doi 10.1136/bmj-2023-078378). Nothing in it depends on when or where it is written.
"""

from dermaflow.core.titles import training_name
from dermaflow.model_card.content import ModelCard
from dermaflow.model_card.data import data
from dermaflow.model_card.limits import interpretation
from dermaflow.model_card.methods import methods
from dermaflow.model_card.openness import openness
from dermaflow.model_card.record import Record
from dermaflow.model_card.results import results
from dermaflow.model_card.use import in_short, use


def model_card(record: Record) -> ModelCard:
    """The whole card; `page` and `markdown` write it down."""
    card = record.card
    name = training_name(
        card["architecture"], card["input"]["image_size_px"], card["data"]["sources"], card["fingerprint"]
    )
    return ModelCard(
        title=f"Model card: {len(record.classes)} diagnoses of skin lesions from one dermoscopy image ({name})",
        phantom=bool(card["phantom"]),
        parts=(
            in_short(record),
            use(record),
            data(record),
            methods(record),
            results(record),
            interpretation(record),
            openness(record),
        ),
    )
