"""What a picture looks like, in 1,152 bytes: enough to find its near copies, little enough to keep for 400,000."""

from PIL import Image

SIDE_PX = 32
CHROMA_SIDE_PX = 8
THUMBNAIL_BYTES = SIDE_PX**2 + 2 * CHROMA_SIDE_PX**2


def thumbnail_of(image: Image.Image) -> bytes:
    """The picture drawn very small, whatever its proportions.

    Returns:
        THUMBNAIL_BYTES bytes in 0..255, each plane row by row: luminance at 32×32 px, then the two chroma planes
        (Cb, Cr of JPEG, 128 is grey) at 8×8 px. Each value is the mean of the area that it stands for.
    """
    small = image.convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX)
    luminance, *chroma = small.convert("YCbCr").split()
    coarse = [plane.resize((CHROMA_SIDE_PX, CHROMA_SIDE_PX), Image.Resampling.BOX) for plane in chroma]
    return b"".join(plane.tobytes() for plane in (luminance, *coarse))
