import random
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from dermaflow.augment.operations import MAX_SIDE_PX, Original, reduced, vary, write_copies
from dermaflow.core.errors import ImageError

STILL = {"max_rotation_deg": 0, "max_zoom_factor": 1.0, "max_brightness_change": 0.0}


def test_the_same_seed_gives_the_same_pixels_and_another_gives_others(lesion, params):
    assert np.array_equal(vary(lesion, params, 1), vary(lesion, params, 1))
    assert len({vary(lesion, params, seed).tobytes() for seed in range(20)}) == 20


def test_what_others_drew_before_does_not_matter_and_their_generators_are_put_back(lesion, params):
    expected = vary(lesion, params, 1)
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002 - the generator in question
    state, numpy_state = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    assert np.array_equal(vary(lesion, params, 1), expected)
    assert random.getstate() == state
    assert np.random.get_state()[1].tolist() == numpy_state  # noqa: NPY002


def test_the_argument_is_left_as_it_was(lesion, params):
    kept = lesion.copy()
    vary(lesion, params, 1)
    assert np.array_equal(lesion, kept)


def test_without_rotation_zoom_and_brightness_the_eight_symmetries_are_left_each_as_likely(lesion, params):
    still = params.model_copy(update=STILL)
    expected = {np.rot90(flip, k).tobytes() for flip in (lesion, lesion[:, ::-1]) for k in range(4)}
    found = Counter(vary(lesion, still, seed).tobytes() for seed in range(400))
    assert set(found) == expected
    assert min(found.values()) > 25  # 50 expected, standard deviation 6.6


@pytest.mark.parametrize("max_rotation_deg", [1, 20, 45, 90, 180])
@pytest.mark.parametrize("shape", [(60, 80), (90, 20), (32, 32)])
def test_no_rotation_shows_black_corners(params, max_rotation_deg, shape):
    white = np.full((*shape, 3), 200, np.uint8)
    only = params.model_copy(update={"max_rotation_deg": max_rotation_deg, "max_brightness_change": 0.0})
    for seed in range(15):
        varied = vary(white, only, seed)
        assert varied.min() == varied.max() == 200
        assert sorted(varied.shape[:2]) == sorted(shape)


def test_brightness_stays_within_its_limit(lesion, params):
    means = [
        vary(lesion, params.model_copy(update=STILL | {"max_brightness_change": 0.2}), s).mean() for s in range(50)
    ]
    ratios = np.array(means) / lesion.mean()
    assert 0.79 < ratios.min() < 0.85
    assert 1.1 < ratios.max() < 1.21


def test_zoom_magnifies_and_never_shrinks(lesion, params):
    lesion_area = (lesion[..., 2] < 100).sum()
    zoomed = params.model_copy(update=STILL | {"max_zoom_factor": 1.2})
    areas = np.array([(vary(lesion, zoomed, seed)[..., 2] < 100).sum() for seed in range(30)]) / lesion_area
    assert areas.min() > 0.97
    assert 1.2 < areas.max() < 1.5


def angle_deg(image):
    """The direction of the long axis of what is dark, by its second moments, in (-90, 90]."""
    y, x = np.nonzero(image[..., 2] < 100)
    (xx, xy), (_, yy) = np.cov(x, y)
    return np.degrees(np.arctan2(2 * xy, xx - yy)) / 2


def test_a_rotation_keeps_within_its_limit_to_either_side(lesion, params):
    turning = params.model_copy(update=STILL | {"max_rotation_deg": 20})
    upright = [v for v in (vary(lesion, turning, seed) for seed in range(80)) if v.shape == lesion.shape]
    angles = np.array([angle_deg(varied) for varied in upright])
    assert angles.min() < -14
    assert angles.max() > 14
    assert np.abs(angles).max() < 21.5


def test_a_zoom_looks_into_the_middle_unless_it_may_look_aside(params):
    image = np.repeat(np.arange(0, 240, 3, dtype=np.uint8)[None, :, None], 60, axis=0).repeat(3, axis=2)  # 0 to 237
    zoomed = params.model_copy(update=STILL | {"max_zoom_factor": 2.0})
    aside = zoomed.model_copy(update={"max_off_centre_frac": 1.0})
    middles, elsewhere = ([vary(image, p, seed).mean() for seed in range(40)] for p in (zoomed, aside))
    assert np.ptp(middles) < 2
    assert min(elsewhere) < image.mean() - 20
    assert max(elsewhere) > image.mean() + 20


def test_looking_aside_shows_nothing_beyond_the_edge(params):
    framed = np.full((60, 80, 3), 200, np.uint8)
    aside = params.model_copy(
        update={"max_off_centre_frac": 1.0, "max_zoom_factor": 2.0, "max_rotation_deg": 45, "max_brightness_change": 0}
    )
    assert {v for seed in range(60) for v in np.unique(vary(framed, aside, seed)).tolist()} == {200}


def test_contrast_changes_within_its_limit_and_leaves_the_mean(lesion, params):
    only = params.model_copy(update=STILL | {"max_contrast_change": 0.3})
    copies = [vary(lesion, only, seed).astype(float) for seed in range(50)]
    spread = np.array([copy.std() for copy in copies]) / lesion.std()
    assert 0.69 < spread.min() < 0.85
    assert 1.1 < spread.max() < 1.31
    assert np.abs([copy.mean() - lesion.mean() for copy in copies]).max() < 8


def test_colour_changes_within_its_limit_and_leaves_brightness(lesion, params):
    only = params.model_copy(update=STILL | {"max_colour_change": 0.3})
    copies = [vary(lesion, only, seed) for seed in range(50)]
    colour = np.array([np.ptp(copy, axis=2).mean() for copy in copies]) / np.ptp(lesion, axis=2).mean()
    grey = np.array([np.asarray(Image.fromarray(copy).convert("L")).mean() for copy in copies])
    assert 0.69 < colour.min() < 0.85
    assert 1.1 < colour.max() < 1.31
    assert np.abs(grey - np.asarray(Image.fromarray(lesion).convert("L")).mean()).max() < 2


def test_a_limit_that_is_changed_leaves_the_other_draws_as_they_were(lesion, params):
    turned = params.model_copy(update={"max_brightness_change": 0.0})
    lit = turned.model_copy(update={"max_colour_change": 0.05})
    shapes = [(vary(lesion, turned, seed), vary(lesion, lit, seed)) for seed in range(20)]
    assert all(a.shape == b.shape and np.abs(a.astype(int) - b).max() < 12 for a, b in shapes)


def test_a_large_original_is_reduced_and_a_small_one_is_not(lesion):
    assert reduced(np.zeros((4000, 5000, 3), np.uint8)).shape == (410, MAX_SIDE_PX, 3)
    assert np.array_equal(reduced(lesion), lesion)


def test_copies_are_jpeg_files_without_metadata_turned_upright(tmp_path, lesion, params):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    Image.fromarray(lesion).save(tmp_path / "a.jpg", exif=exif, comment=b"patient name")
    copies = [(c, tmp_path / f"out/a_copy{c:03d}.jpg") for c in (1, 2)]
    still = params.model_copy(update=STILL)
    assert write_copies(Original("a", tmp_path / "a.jpg", copies, still)) == 2
    for _, path in copies:
        with Image.open(path) as image:
            assert (image.format, image.mode) == ("JPEG", "RGB")
            assert not image.getexif()
            assert "comment" not in image.info
    assert copies[0][1].read_bytes() != copies[1][1].read_bytes()
    assert [p.name for p in sorted((tmp_path / "out").iterdir())] == ["a_copy001.jpg", "a_copy002.jpg"]


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "P", "I;16"])
def test_whatever_the_mode_of_the_original_the_copy_is_rgb(tmp_path, params, lesion, mode):
    image = Image.fromarray(lesion).convert("L" if mode == "I;16" else mode)
    image = Image.fromarray(np.asarray(image).astype(np.uint16) * 256) if mode == "I;16" else image
    image.save(tmp_path / "a", format="TIFF" if mode == "CMYK" else "PNG")
    write_copies(Original("a", tmp_path / "a", [(1, tmp_path / "c.jpg")], params))
    with Image.open(tmp_path / "c.jpg") as copy:
        assert copy.mode == "RGB"


def test_an_image_of_one_pixel_can_be_varied(params):
    assert vary(np.full((1, 1, 3), 99, np.uint8), params, 3).shape == (1, 1, 3)


def test_a_file_that_cannot_be_read_is_named(tmp_path, params):
    (tmp_path / "a.jpg").write_bytes(b"no image")
    with pytest.raises(ImageError, match=r"a\.jpg: not an image.*run the stage validate again"):
        write_copies(Original("a", tmp_path / "a.jpg", [(1, tmp_path / "c.jpg")], params))
    with pytest.raises(ImageError, match=r"b\.jpg"):
        write_copies(Original("b", tmp_path / "b.jpg", [(1, tmp_path / "c.jpg")], params))
    assert not (tmp_path / "c.jpg").exists()
