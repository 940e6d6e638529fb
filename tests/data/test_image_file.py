"""Pictures of any size, as images of the networks' size."""

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from numlp.data.image_file import read_image
from numlp.errors import UserError


@pytest.fixture
def saved(tmp_path):
    def save(array_or_image, name="picture.png", **options):
        image = array_or_image if isinstance(array_or_image, Image.Image) else Image.fromarray(array_or_image)
        image.save(tmp_path / name, **options)
        return tmp_path / name

    return save


def flat(color, size=(40, 40), mode="RGB"):
    return Image.new(mode, size, color)


def test_a_picture_of_the_networks_size_stays_as_it_is(rng, saved):
    pixels = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
    np.testing.assert_array_equal(read_image(saved(pixels)), pixels)


def test_the_square_in_the_middle_is_taken(saved):
    pixels = np.zeros((50, 150, 3), np.uint8)
    pixels[:, 50:100] = 200
    assert (read_image(saved(pixels)) == 200).all()
    assert (read_image(saved(pixels.transpose(1, 0, 2).copy())) == 200).all()


@pytest.mark.parametrize("size", [(1, 1), (7, 2), (31, 33), (640, 480)])
@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_any_size_is_made_32_by_32(size, name, saved):
    found = read_image(saved(flat((0, 128, 255), size), name))
    assert (found.shape, found.dtype) == ((32, 32, 3), np.uint8)
    assert np.abs(found.astype(int) - (0, 128, 255)).max() <= 2  # a JPEG's colors are rounded


def test_gray_palettes_and_transparency_become_colors(saved):
    assert (read_image(saved(flat(90, mode="L"))) == 90).all()
    assert (read_image(saved(flat((10, 20, 30)).quantize(4))) == (10, 20, 30)).all()
    assert (read_image(saved(flat((255, 0, 0, 0), mode="RGBA"))) == 255).all()


def test_a_camera_held_upright_gives_an_upright_picture(saved):
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[:16] = 255
    exif = Image.Exif()
    exif[274] = 3  # orientation: upside down
    found = read_image(saved(pixels, "a.jpg", exif=exif, quality=100))
    assert found[:14].max() < 20 < 200 < found[18:].min()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "file not found: "),
        (lambda path: path.mkdir(), "not a PNG, JPEG or WebP file: "),
        (lambda path: path.write_text("no picture"), "not a PNG, JPEG or WebP file"),
        (lambda path: path.touch(), "not a PNG, JPEG or WebP file"),
        (lambda path: flat((1, 2, 3)).save(path, "GIF"), "not a PNG, JPEG or WebP file"),
        (lambda path: Image.fromarray(np.full((9, 9), 999, np.uint16)).save(path, "PNG"), "expected an image of 8 bits per channel"),
    ],
    ids=["missing", "folder", "text", "empty", "GIF", "16 bits"],
)
def test_what_is_no_picture_is_refused_by_name(make, said, tmp_path):
    path = tmp_path / "thing.png"
    make(path)
    with pytest.raises(UserError, match=said) as caught:
        read_image(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_png_of_many_pixels_or_much_text_and_webp_are_read(saved, monkeypatch):
    texts = PngInfo()
    texts.add_text("comment", "x" * 2_000_000, zip=True)
    assert (read_image(saved(flat((1, 2, 3)), pnginfo=texts)) == (1, 2, 3)).all()
    assert (read_image(saved(flat((10, 20, 30)), "a.webp", lossless=True)) == (10, 20, 30)).all()
    monkeypatch.setattr("numlp.data.image_file.PIXELS", 1_000)
    assert (read_image(saved(flat((1, 2, 3), (30, 30)))) == (1, 2, 3)).all()  # of which Pillow only warns
    with pytest.raises(UserError, match=r"1,000 pixels"):
        read_image(saved(flat((1, 2, 3))))
