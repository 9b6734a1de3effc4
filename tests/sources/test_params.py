"""The section `ingest` of params.yaml."""

from pathlib import Path

import pytest

from dermaflow.core.errors import ParamsError
from dermaflow.core.params import load_params
from dermaflow.sources.params import IngestParams

ROOT = Path(__file__).parents[2]


def test_the_section_as_it_stands_is_understood():
    params = load_params("ingest", IngestParams, ROOT / "params.yaml")
    assert params.sources
    assert params.phantom.lesions > 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lesions: 700", "lesions: many", "ingest.phantom.lesions"),
        ("lesions: 700", "lesionss: 700", "unknown key"),
        ("lesions: 700", "lesions: 0", "greater than or equal to 1"),
        ("truncated: 4", "truncated: 690", "at most as many planted faults as lesions"),
        ("kind: phantom", "kind: fantom", "ingest.sources.0"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(tmp_path, old, new, message):
    text = """ingest:
  sources: [{kind: phantom}]
  authorities: []
  phantom: {lesions: 700, image_size_px: 128, seed: 7, byte_copies: 8, near_copies: 8, contradictions: 8, truncated: 4}
"""
    assert old in text
    file = tmp_path / "params.yaml"
    file.write_text(text.replace(old, new))
    with pytest.raises(ParamsError, match=message):
        load_params("ingest", IngestParams, file)
