from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from dermaflow.quality.facts import facts_table, measure, measure_images
from dermaflow.quality.faults import SUSPICIONS, fault_of, find_faults

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
    facts = asdict(measure("a", encode(draw(), "TIFF"))) | {"mode": "La", "error": "conversion not supported"}

    fault = fault_of(facts, MIN_SIDE_PX)

    assert fault is not None
    assert (fault.reason, fault.evidence) == ("unusable-mode", "TIFF, mode La: conversion not supported")


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


@pytest.mark.parametrize("radius", [3, 5, 8])
def test_a_picture_out_of_focus_is_blurred(radius, draw, encode):
    assert reason(encode(draw().resize((128, 128)).filter(ImageFilter.GaussianBlur(radius)))) == "blurred"


@pytest.mark.parametrize(("factor", "fault"), [(0.1, "under-exposed"), (0.25, "under-exposed"), (3, "over-exposed")])
def test_a_picture_in_bad_light_is_told(factor, fault, draw, encode):
    assert reason(encode(draw().point(lambda level: min(255, level * factor)))) == fault


def test_a_disc_in_a_black_frame_is_accepted(draw, encode):
    framed = Image.new("RGB", (160, 120))
    disc = Image.new("L", framed.size)
    ImageDraw.Draw(disc).ellipse((40, 20, 120, 100), fill=255)
    framed.paste(draw(width=160, height=120), mask=disc)
    assert reason(encode(framed)) is None


@pytest.mark.parametrize(
    ("width", "height", "fault"), [(300, 100, "odd-aspect"), (100, 300, "odd-aspect"), (240, 100, None)]
)
def test_a_strip_is_no_view_of_a_lesion(width, height, fault, draw, encode):
    assert reason(encode(draw(width=width, height=height))) == fault


def page() -> Image.Image:
    image = Image.new("RGB", (600, 450), (246, 244, 240))
    pen = ImageDraw.Draw(image)
    for line in range(20, 430, 18):
        pen.text((20, line), "Histopathology confirmed a nevus with mild atypia. " * 2, fill=(20, 20, 30))
    return image


def chart() -> Image.Image:
    image = Image.new("RGB", (640, 480), (230, 230, 230))
    pen = ImageDraw.Draw(image)
    for bar, height in enumerate((40, 190, 300, 120, 220)):
        pen.rectangle((60 + 110 * bar, 460 - height, 130 + 110 * bar, 460), fill=(40, 90, 180))
    return image


def meadow() -> Image.Image:
    grain = np.random.default_rng(0).normal(0, 12, (300, 400, 1))
    return Image.fromarray(np.clip(np.array([70, 130, 50]) + grain, 0, 255).astype(np.uint8))


def noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (120, 120, 3), dtype=np.uint8))


def colour_card() -> Image.Image:
    colours = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (220, 220, 30), (30, 200, 200), (200, 30, 200)]
    image = Image.new("RGB", (360, 240))
    for place, colour in enumerate(colours):
        image.paste(colour, (60 * place, 0, 60 * place + 60, 240))
    return image


@pytest.mark.parametrize("drawing", [page, chart, meadow, noise, colour_card])
def test_what_is_no_skin_is_told(drawing, encode):
    assert reason(encode(drawing())) == "not-skin"


def test_a_suspicion_can_be_tolerated_and_the_next_one_is_told(encode):
    facts = asdict(measure("a", encode(chart().resize((900, 300)))))

    told = [fault_of(facts, MIN_SIDE_PX, SUSPICIONS[:n]) for n in (0, 1)]

    assert [fault and fault.reason for fault in told] == ["odd-aspect", "not-skin"]
    assert fault_of(facts, MIN_SIDE_PX, SUSPICIONS) is None


def test_what_cannot_be_read_cannot_be_tolerated():
    assert find_faults(facts_table([measure("a", b"")]), MIN_SIDE_PX, SUSPICIONS)["a"].reason == "empty-file"


@pytest.mark.real
def test_no_real_image_is_lost(ham10000):
    """None of HAM10000; stages/test_isic9.py counts what of isic9 is set aside, and why."""
    files = sorted((ham10000 / "images").glob("*.jpg"))[::5]

    facts = measure_images([(str(file), file) for file in files])

    assert find_faults(facts, MIN_SIDE_PX) == {}


@pytest.mark.real
def test_real_images_blurred_or_badly_lit_are_found(isic9, encode):
    def found(damaged: Callable[[Image.Image], Image.Image], fault: str) -> float:
        return float(np.mean([reason(encode(damaged(Image.open(file)), quality=90)) == fault for file in files]))

    files = sorted(isic9.glob("*/*/*.jpg"))[::60]

    assert found(lambda image: image.filter(ImageFilter.GaussianBlur(0.02 * image.width)), "blurred") > 0.9
    assert found(lambda image: image.point(lambda level: level // 4), "under-exposed") == 1


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
