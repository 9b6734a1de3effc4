from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dermaflow.core.files import sha256_hex
from dermaflow.quality.facts import FACTS_COLUMNS, ImageFacts, facts_table, measure, measure_images
from dermaflow.quality.perceptual import THUMBNAIL_BYTES


def test_a_sound_image_is_measured_in_full(draw, encode):
    data = encode(draw(1, width=80, height=60))

    facts = measure("a", data)

    assert (facts.format, facts.mode, facts.width, facts.height, facts.frames) == ("JPEG", "RGB", 80, 60, 1)
    assert (facts.size_bytes, facts.sha256, facts.error) == (len(data), sha256_hex(data), "")
    assert len(facts.thumbnail) == THUMBNAIL_BYTES
    assert [name for name, value in vars(facts).items() if value is None or value == ""] == ["error"]


def test_brightness_and_contrast_are_mean_and_deviation_of_the_luminance(encode):
    halves = np.zeros((40, 40, 3), dtype=np.uint8)
    halves[:, 20:] = 200

    facts = measure("a", encode(Image.fromarray(halves), "PNG"))

    assert facts.brightness == pytest.approx(100)
    assert facts.contrast == pytest.approx(100)
    assert facts.colour == 0


def test_colour_is_the_spread_between_the_channels(encode):
    assert measure("a", encode(Image.new("RGB", (8, 8), (200, 50, 120)), "PNG")).colour == 150


def test_an_image_is_measured_upright(draw, encode):
    turned = Image.Exif()
    turned[0x0112] = 6  # a quarter turn

    facts = measure("a", encode(draw(width=80, height=40), exif=turned))

    assert (facts.width, facts.height) == (40, 80)


def test_an_image_cut_short_keeps_its_format_and_tells_the_error(draw, encode):
    facts = measure("a", encode(draw())[:-400])

    assert facts.format == "JPEG"
    assert "cannot be decoded" in facts.error
    assert facts.width is None


def test_a_cut_animation_counts_the_frames_that_are_there(draw, encode):
    film = encode(draw(1), "GIF", save_all=True, append_images=[draw(2), draw(3)])

    assert measure("a", film).frames == 3
    assert measure("a", film[: len(film) // 2]).frames == 2


@pytest.mark.parametrize(
    ("mode", "kind"), [("LAB", "TIFF"), ("CMYK", "JPEG"), ("P", "GIF"), ("I", "TIFF"), ("1", "PNG")]
)
def test_an_image_of_another_mode_is_measured_in_red_green_and_blue(mode, kind, draw, encode):
    picture = Image.merge("LAB", draw().split()) if mode == "LAB" else draw().convert(mode)

    facts = measure("a", encode(picture, kind))

    assert (facts.mode, facts.error) == (mode, "")
    assert facts.border_red is not None


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_measured_without_a_crash(data):
    facts = measure("a", data)

    assert facts.size_bytes == len(data)
    assert facts.error


@settings(deadline=None, max_examples=150)
@given(
    kind=st.sampled_from(["JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP", "PPM"]),
    position=st.integers(0, 400),
    patch=st.binary(max_size=30),
)
def test_no_damage_to_a_header_of_any_format_crashes(kind, position, patch, draw, encode):
    data = encode(draw(1, 40, 40), kind)
    damaged = data[:position] + patch + data[position + len(patch) :]

    facts = measure("a", damaged)

    assert facts.size_bytes == len(damaged)
    assert bool(facts.error) == (facts.thumbnail == b"")


def test_a_missing_file_is_a_row_and_no_crash(tmp_path: Path, draw, encode):
    (tmp_path / "here.jpg").write_bytes(encode(draw()))

    table = measure_images([("here", tmp_path / "here.jpg"), ("gone", tmp_path / "gone.jpg")])

    assert table["image_id"].tolist() == ["here", "gone"]
    assert set(FACTS_COLUMNS) < set(table.columns)
    assert table["error"].str.startswith("missing").tolist() == [False, True]
    assert table["width"].isna().tolist() == [False, True]


def test_the_order_and_the_values_do_not_depend_on_processes(tmp_path: Path, draw, encode):
    files = [(f"i{seed}", tmp_path / f"{seed}.jpg") for seed in range(12)]
    for seed, (_, file) in enumerate(files):
        file.write_bytes(encode(draw(seed)))

    together = measure_images(files)  # in processes where there are cores
    alone = [measure(image_id, file.read_bytes()) for image_id, file in files]

    assert together["image_id"].tolist() == [image_id for image_id, _ in files]
    pd.testing.assert_frame_equal(together, facts_table(alone))


def test_the_pixels_are_known_in_any_lossless_format_turned_or_not(draw, encode):
    picture = draw(width=80, height=40)
    turned = Image.Exif()
    turned[0x0112] = 8  # stored turned to the left
    files = [
        encode(picture, "PNG"),
        encode(picture, "BMP"),
        encode(picture.transpose(Image.Transpose.ROTATE_270), "PNG", exif=turned),
    ]

    facts = [measure("a", data) for data in files]

    assert len({fact.pixels_sha256 for fact in facts}) == 1
    assert len({fact.sha256 for fact in facts}) == 3


def test_another_pixel_or_another_shape_is_another_content(draw, encode):
    picture = draw()
    touched = picture.copy()
    touched.putpixel((0, 0), (1, 2, 3))
    wide, high = (Image.new("RGB", size, (200, 140, 120)) for size in ((60, 40), (40, 60)))

    hashes = {measure("a", encode(image, "PNG")).pixels_sha256 for image in (picture, touched, wide, high)}

    assert len(hashes) == 4


def test_what_cannot_be_decoded_has_no_pixels(draw, encode):
    assert measure("a", encode(draw())[:-400]).pixels_sha256 == ""


def test_a_table_without_images_has_the_types_of_one_with_images(draw, encode):
    full, empty = facts_table([measure("a", encode(draw()))]), facts_table([])

    assert empty.dtypes["width"] == full.dtypes["width"] == "Int64"
    assert empty.dtypes["sharpness"] == full.dtypes["sharpness"] == "float64"
    assert facts_table([ImageFacts("gone")])["jpeg_quality"].isna().all()


@pytest.mark.real
def test_the_nine_class_set_holds_2200_contents_of_pixels(isic9):
    facts = measure_images([(str(n), file) for n, file in enumerate(sorted(isic9.glob("*/*/*.jpg")))])

    assert (len(facts), facts["sha256"].nunique(), facts["pixels_sha256"].nunique()) == (2359, 2200, 2200)
