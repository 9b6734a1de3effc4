"""An audit of drawn images with findings of most kinds, made by the real code: what reports are tested on."""

from pathlib import Path

import pandas as pd
from ruamel.yaml import YAML

from dermaflow.core.files import sha256_hex
from dermaflow.core.lesions import AUTHORITY_COLUMNS
from dermaflow.quality.audit import Audit, Collection, audit
from dermaflow.quality.facts import measure_images
from dermaflow.quality.params import ValidateParams
from dermaflow.sources.index import Content
from dermaflow.sources.names import assign_ids
from dermaflow.sources.params import PhantomParams
from dermaflow.sources.phantom import phantom_catalogue
from dermaflow.sources.rows import table_of
from tests.conftest import ROOT

DRAWN = PhantomParams(lesions=60, image_size_px=48, seed=3, byte_copies=3, near_copies=2, contradictions=4, truncated=2)


def validate_params() -> ValidateParams:
    """As shipped, but content with few images of a diagnosis."""
    shipped = YAML(typ="safe").load((ROOT / "params.yaml").read_text())["validate"]
    return ValidateParams.model_validate(shipped | {"min_images_per_diagnosis": 6})


def drawn_audit(folder: Path) -> Audit:
    """Draw images as `<image_id>.jpg` into the folder and audit them.

    The first view of a lesion is called test, all other files training; a board corrects two nevi to melanoma.
    """
    lesions = _drawn(folder)
    nevi = lesions.loc[lesions["diagnosis"] == "nevus", "image_id"].drop_duplicates().tail(2)
    board = pd.DataFrame({"image_id": nevi, "authority": "board", "label": "MEL", "diagnoses": "melanoma"})
    authorities = board.reindex(columns=list(AUTHORITY_COLUMNS), fill_value="").reset_index(drop=True)
    facts = measure_images([(image_id, folder / f"{image_id}.jpg") for image_id in lesions["image_id"].unique()])
    near = lesions.loc[lesions["image_id"].str.contains("_near_"), "image_id"]
    pairs = pd.DataFrame({"image_id": near.str.replace("_near_", "_"), "other_id": near}).reset_index(drop=True)
    return audit(Collection(lesions, authorities, facts, pairs), validate_params())


def _drawn(folder: Path) -> pd.DataFrame:
    catalogue = phantom_catalogue(DRAWN)
    files = [catalogue.fetch(offer) for offer in catalogue.offers]
    contents = [
        Content(offer.state, sha256_hex(data), generated=True)
        for offer, data in zip(catalogue.offers, files, strict=True)
    ]
    names = [(offer.name, content.sha256) for offer, content in zip(catalogue.offers, contents, strict=True)]
    lesions = table_of(catalogue.offers, contents, assign_ids(names, {}))
    for image_id, data in zip(lesions["image_id"], files, strict=True):
        (folder / f"{image_id}.jpg").write_bytes(data)
    first = lesions["image_id"].str.fullmatch(r"PHANTOM_\d+_0")
    return lesions.assign(official_partition=first.map({True: "test", False: "train"}))
