"""A model card as one HTML page: no network, no script, pictures inside, made to be printed on A4.

Text is escaped wherever it comes from: names of sources and labels are whatever somebody wrote.
"""

import base64

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from dermaflow.model_card import template
from dermaflow.model_card.content import ModelCard
from dermaflow.model_card.markdown import PHANTOM

_TEMPLATES = {
    "page": template.PAGE,
    "Text": template.TEXT,
    "Points": template.POINTS,
    "Code": template.CODE,
    "Table": template.TABLE,
    "Picture": template.PICTURE,
}


def card_page(card: ModelCard) -> str:
    """The whole card as HTML."""
    environment = Environment(
        loader=DictLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    values = {
        "card": card,
        "style": Markup(template.STYLE),  # noqa: S704 - a constant of ours
        "phantom": PHANTOM,
        "encoded": lambda content: base64.b64encode(content).decode(),
    }
    return environment.get_template("page").render(values)
