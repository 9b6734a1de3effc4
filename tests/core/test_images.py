import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dermaflow.core.errors import ImageError
from dermaflow.core.images import decode_rgb, load_rgb, open_image, resized


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(height: int, width: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "CMYK", "1", "I;16", "LA"])
def test_every_mode_becomes_rgb(mode):
    kind = "TIFF" if mode in {"CMYK", "I;16"} else "PNG"
    image = Image.new("I;16", (6, 4)) if mode == "I;16" else noise(4, 6).convert(mode)
    array = decode_rgb(encoded(image, kind))
    assert array.shape == (4, 6, 3)
    assert array.dtype == np.uint8


def test_an_image_that_lies_on_its_side_is_turned_upright():
    image = noise(4, 6)
    exif = image.getexif()
    exif[0x0112] = 6  # turn by 90° clockwise
    turned = decode_rgb(encoded(image, "PNG", exif=exif))
    assert np.array_equal(turned, np.rot90(np.asarray(image), -1))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty file"),
        (b"not an image at all", "not an image"),
        (encoded(noise(64, 64), "JPEG")[:-600], "cannot be decoded"),
        (encoded(noise(64, 64))[:-600], "cannot be decoded"),
    ],
)
def test_an_unusable_file_says_why(data, message):
    with pytest.raises(ImageError, match=message):
        open_image(data)


def test_an_image_that_unpacks_to_gigabytes_is_refused_before_it_is_decoded():
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    )
    with pytest.raises(ImageError, match="too many pixels"):
        open_image(b"\x89PNG\r\n\x1a\n" + chunks)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2000), st.binary(max_size=40))
def test_no_damage_to_a_file_raises_anything_else(position, patch):
    data = encoded(noise(24, 24), "JPEG")
    damaged = data[:position] + patch + data[position + len(patch) :]
    with contextlib.suppress(ImageError):
        assert decode_rgb(damaged).ndim == 3


def test_resizing_to_the_same_size_changes_nothing():
    image = np.asarray(noise(8, 8))
    assert resized(image, 8) is image
    assert resized(np.asarray(noise(9, 5)), 8).shape == (8, 8, 3)


def test_a_file_that_cannot_be_loaded_is_named(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    with pytest.raises(ImageError, match=r"a\.jpg: not an image"):
        load_rgb(tmp_path / "a.jpg", 8)
    with pytest.raises(ImageError, match=r"b\.jpg: .*No such file"):
        load_rgb(tmp_path / "b.jpg", 8)
