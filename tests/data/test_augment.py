"""Changed copies of images."""

import numpy as np

from numlp.data.augment import flip_half


def test_half_of_the_images_are_mirrored_left_to_right_and_the_originals_stay() -> None:
    x = np.random.default_rng(0).standard_normal((400, 3072)).astype(np.float32)
    kept = x.copy()
    flipped = flip_half(x, np.random.default_rng(1))
    mirrored = x.reshape(-1, 3, 32, 32)[..., ::-1].reshape(x.shape)
    same, turned = (flipped == x).all(1), (flipped == mirrored).all(1)
    np.testing.assert_array_equal(x, kept)
    assert (same ^ turned).all()
    assert 150 < turned.sum() < 250
    assert flipped.dtype == np.float32
