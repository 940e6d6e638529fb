"""PNG and JPEG files as images of the size that the networks see."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from numlp.config.data import SIDE
from numlp.errors import UserError, require

FORMATS = ("PNG", "JPEG")
SUFFIXES = (".png", ".jpg", ".jpeg")
EIGHT_BITS = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr")  # Pillow would cut the 16 bits of others at 255


def read_image(path: str | Path) -> NDArray[np.uint8]:
    """The largest square in the middle of a picture, as (32, 32, 3) uint8: turned as its camera says, on white where it is transparent.

    Raises:
        UserError: There is no such file, or it is no whole PNG or JPEG of 8 bits a channel.

    Examples:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import numlp
        >>> from PIL import Image
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "photo.png"
        ...     Image.new("RGB", (50, 40), "orange").save(path)
        ...     image = numlp.read_image(path)
        >>> image.shape, image[0, 0].tolist()
        ((32, 32, 3), [255, 165, 0])
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    path = Path(path)
    if not path.exists():
        raise UserError(f"file not found: {path}")
    if not path.is_file():
        raise UserError(f"not a PNG or JPEG file: {path}")
    try:
        with Image.open(path, formats=FORMATS) as opened:
            require(opened.mode in EIGHT_BITS, str(path), "an image of 8 bits per channel", mode=opened.mode)
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except UserError:
        raise
    except UnidentifiedImageError as error:
        raise UserError(f"not a PNG or JPEG file: {path}") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:  # what Pillow raises for damaged files
        raise UserError(f"damaged PNG or JPEG file: {path}: {error}") from error
    white = Image.new("RGBA", upright.size, "white")
    whole = Image.alpha_composite(white, upright).convert("RGB")
    side = min(whole.size)
    left, top = ((size - side) // 2 for size in whole.size)
    square = whole.crop((left, top, left + side, top + side))
    return np.asarray(square.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
