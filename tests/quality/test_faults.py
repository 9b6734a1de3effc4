from dataclasses import asdict

import numpy as np
import pytest
from PIL import Image

from dermaflow.quality.facts import measure, measure_images
from dermaflow.quality.faults import fault_of, find_faults

MIN_SIDE_PX = 32


def reason(data: bytes) -> str | None:
    fault = fault_of(asdict(measure("a", data)), MIN_SIDE_PX)
    return fault.reason if fault else None


@pytest.mark.parametrize(("mode", "kind"), [("CMYK", "JPEG"), ("RGBA", "PNG"), ("P", "PNG"), ("YCbCr", "TIFF")])
def test_colour_images_of_any_mode_are_accepted(mode, kind, draw, encode):
    assert reason(encode(draw().convert(mode), kind)) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF", "WEBP", "GIF"])
def test_common_formats_are_accepted(kind, draw, encode):
    assert reason(encode(draw(), kind)) is None


def test_an_image_turned_by_exif_is_accepted(draw, encode):
    turned = Image.Exif()
    turned[0x0112] = 6
    assert reason(encode(draw(), exif=turned)) is None


def test_a_twenty_megapixel_image_is_accepted(draw, encode):
    assert reason(encode(draw(width=5184, height=3888))) is None


def test_a_photograph_with_a_preview_behind_it_is_no_animation(draw, encode):
    assert reason(encode(draw(1), "MPO", save_all=True, append_images=[draw(1, 48, 48)])) is None


def test_an_empty_file_is_told():
    assert reason(b"") == "empty-file"


def test_what_is_not_an_image_is_told():
    assert reason(b"<html>moved permanently</html>") == "not-an-image"


def test_a_missing_file_is_told_with_its_path(tmp_path):
    facts = measure_images([("gone", tmp_path / "gone.jpg")])

    fault = find_faults(facts, MIN_SIDE_PX)["gone"]

    assert fault.reason == "not-an-image"
    assert "missing" in fault.evidence
    assert "gone.jpg" in fault.evidence


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("kept", [0.5, 0.9])
def test_a_truncated_image_is_told(kind, kept, draw, encode):
    data = encode(draw(), kind)
    assert reason(data[: int(len(data) * kept)]) == "truncated"


def test_a_mode_that_cannot_become_rgb_is_told(draw, encode):
    assert reason(encode(Image.merge("LAB", draw().split()), "TIFF")) == "unusable-mode"


@pytest.mark.parametrize(("width", "height"), [(1, 1), (200, 31), (31, 200)])
def test_a_side_below_the_least_is_too_small(width, height, draw, encode):
    assert reason(encode(draw(width=width, height=height), "PNG")) == "too-small"


def test_the_least_side_itself_is_large_enough(draw, encode):
    assert reason(encode(draw(width=32, height=32), "PNG")) is None


def test_one_shade_is_blank(encode):
    assert reason(encode(Image.new("RGB", (64, 64), (180, 120, 110)))) == "blank"


@pytest.mark.parametrize(("mode", "kind"), [("L", "JPEG"), ("1", "PNG"), ("LA", "PNG"), ("I", "TIFF"), ("F", "TIFF")])
def test_a_mode_without_colour_is_greyscale(mode, kind, draw, encode):
    assert reason(encode(draw().convert(mode), kind)) == "greyscale"


def test_sixteen_bit_grey_is_greyscale(encode):
    shades = np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint16)
    assert reason(encode(Image.fromarray(shades), "PNG")) == "greyscale"


@pytest.mark.parametrize("mode", ["RGB", "P"])
def test_grey_in_a_colour_mode_is_greyscale(mode, draw, encode):
    assert reason(encode(draw().convert("L").convert(mode), "PNG")) == "greyscale"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_several_frames_are_an_animation(kind, draw, encode):
    assert reason(encode(draw(1), kind, save_all=True, append_images=[draw(2)])) == "animated"


def test_the_evidence_holds_what_was_measured(draw, encode):
    small = fault_of(asdict(measure("a", encode(draw(width=20, height=30)))), MIN_SIDE_PX)

    assert small is not None
    assert "20×30 px" in small.evidence
    assert "32 px" in small.evidence


def test_only_faulty_images_are_found(tmp_path, draw, encode):
    (tmp_path / "good").write_bytes(encode(draw()))
    (tmp_path / "bad").write_bytes(b"")

    found = find_faults(measure_images([(name, tmp_path / name) for name in ("good", "bad")]), MIN_SIDE_PX)

    assert list(found) == ["bad"]
