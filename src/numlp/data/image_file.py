"""Image files as images of the size that the networks see."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from numlp.errors import UserError, require

FORMATS = ("PNG", "JPEG", "WEBP")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
KINDS = "PNG, JPEG or WebP"
PIXELS = 400_000_000  # the largest image, which takes 1.6 GB as RGBA
EIGHT_BITS = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr")  # Pillow would cut the 16 bits of others at 255


def read_image(path: str | Path, shape: Sequence[int] = (32, 32, 3)) -> NDArray[np.uint8]:
    """The largest part in the middle of a picture that has the proportions of `shape`, scaled to `shape`, as uint8.

    The picture is turned as its camera says, on white where it is transparent, and gray where `shape` has one channel.

    Args:
        path: The file.
        shape: (height, width, channels) of the image, with one channel or three.

    Raises:
        UserError: There is no such file, or it is no whole PNG, JPEG or WebP of 8 bits per channel.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"not a {KINDS} file: {path}" if path.exists() else f"file not found: {path}")
    Image.MAX_IMAGE_PIXELS = PIXELS // 2  # Pillow warns of more, and refuses twice as many
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 64 << 20  # bytes of a PNG's texts, which nobody reads here
    quiet = warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning)
    try:
        with quiet, Image.open(path, formats=FORMATS) as opened:
            require(opened.mode in EIGHT_BITS, str(path), "an image of 8 bits per channel", mode=opened.mode)
            upright = ImageOps.exif_transpose(opened).convert("RGBA")  # turned as its camera says
    except UserError:
        raise
    except UnidentifiedImageError as error:
        raise UserError(f"not a {KINDS} file: {path}") from error
    except Image.DecompressionBombError as error:
        raise UserError(f"{path}: expected an image of at most {PIXELS:,} pixels; scale it down") from error
    except (OSError, SyntaxError, ValueError, MemoryError) as error:  # Pillow raises these for damaged files
        raise UserError(f"damaged {KINDS} file: {path}: {error}") from error
    opaque = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright).convert("RGB")
    height, width, channels = shape
    across = max(1, min(opaque.width, opaque.height * width // height))
    down = max(1, min(opaque.height, opaque.width * height // width))
    left, top = (opaque.width - across) // 2, (opaque.height - down) // 2
    scaled = opaque.crop((left, top, left + across, top + down)).resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(scaled.convert("L") if channels == 1 else scaled).reshape(height, width, channels)
