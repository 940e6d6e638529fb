"""PNG and JPEG files as images of the size that the networks see."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from numlp.config.data import SIDE
from numlp.errors import UserError, require

FORMATS = ("PNG", "JPEG")
SUFFIXES = (".png", ".jpg", ".jpeg")
EIGHT_BITS = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr")  # Pillow would cut the 16 bits of others at 255


def read_picture(path: Path) -> NDArray[np.uint8]:
    """The largest square in the middle of a picture, as (32, 32, 3) uint8: turned as its camera says, on white where it is transparent.

    Raises:
        UserError: There is no such file, or it is no whole PNG or JPEG of 8 bits a channel.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    require(path.exists(), str(path), "a file that exists")
    require(path.is_file(), str(path), "a PNG or JPEG file, not a folder")
    try:
        with Image.open(path, formats=FORMATS) as opened:
            require(opened.mode in EIGHT_BITS, str(path), "a picture of 8 bits a channel", mode=opened.mode)
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except UserError:
        raise
    except UnidentifiedImageError as error:
        raise UserError(f"{path}: need a PNG or JPEG file") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:  # what Pillow raises for damaged files
        raise UserError(f"{path}: need a whole PNG or JPEG file, got: {error}") from error
    white = Image.new("RGBA", upright.size, "white")
    whole = Image.alpha_composite(white, upright).convert("RGB")
    side = min(whole.size)
    left, top = ((size - side) // 2 for size in whole.size)
    square = whole.crop((left, top, left + side, top + side))
    return np.asarray(square.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
