"""Changed copies of images."""

import numpy as np

from numlp.data.augment import Augmentation, mix

SHAPE = (32, 32, 3)


def images(n=200, seed=0):
    return np.random.default_rng(seed).standard_normal((n, 3072)).astype(np.float32)


def changed(augmentation, x, seed=1):
    copy = x.copy()
    augmentation.apply(copy, np.random.default_rng(seed))
    return copy


def test_half_of_the_images_are_mirrored_left_to_right():
    x = images(400)
    flipped, mirrored = changed(Augmentation(SHAPE, flip=True), x), x.reshape(-1, 3, 32, 32)[..., ::-1].reshape(x.shape)
    same, turned = (flipped == x).all(1), (flipped == mirrored).all(1)
    assert (same ^ turned).all()
    assert 150 < turned.sum() < 250


def test_the_same_draws_change_the_same_way_and_others_otherwise():
    x, all_of_it = images(), Augmentation(SHAPE, flip=True, shift=4, cutout=8)
    np.testing.assert_array_equal(changed(all_of_it, x), changed(all_of_it, x))
    assert not np.array_equal(changed(all_of_it, x), changed(all_of_it, x, seed=2))
    np.testing.assert_array_equal(changed(Augmentation(SHAPE), x), x)


def test_shifted_images_move_as_one_by_at_most_the_pixels_asked_for_and_zeros_come_in():
    x, s = images(), 3
    y = changed(Augmentation(SHAPE, shift=s), x).reshape(-1, 3, 32, 32)
    padded = np.pad(x.reshape(-1, 3, 32, 32), ((0, 0), (0, 0), (s, s), (s, s)))
    found = set()
    for image, around in zip(y, padded, strict=True):
        moves = [(i, j) for i in range(2 * s + 1) for j in range(2 * s + 1) if np.array_equal(image, around[:, i : i + 32, j : j + 32])]
        assert len(moves) == 1
        found.add(moves[0])
    assert len(found) > 40  # of 49


def test_a_square_is_cut_out_of_all_colors_and_nothing_else_changes():
    x, side = images() + 10, 8
    y = changed(Augmentation(SHAPE, cutout=side), x).reshape(-1, 3, 32, 32)
    cut = y == 0
    assert (cut[:, :1] == cut).all()
    np.testing.assert_array_equal(y[~cut], x.reshape(y.shape)[~cut])
    rows, columns = cut[:, 0].any(axis=2), cut[:, 0].any(axis=1)
    np.testing.assert_array_equal(cut[:, 0], rows[:, :, None] & columns[:, None, :])
    assert set(rows.sum(axis=1)) <= set(range(side // 2, side + 1))
    assert max(rows.sum(axis=1)) == side


def test_mixed_images_are_sums_of_two_with_shares_that_add_up_to_one():
    x = images(50)
    mixed = x.copy()
    order, share = mix(mixed, 0.5, np.random.default_rng(3))
    assert sorted(order) == list(range(50))
    assert 0 < share < 1
    np.testing.assert_allclose(mixed, share * x + (1 - share) * x[order], rtol=1e-5, atol=1e-6)
