"""The order of the training images."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from numlp.training.plan import epoch_steps
from numlp.training.trainer import batches_from


def epoch_batches(seed, epoch, n, size):
    per_epoch = epoch_steps(n, size)
    return list(batches_from(epoch * per_epoch, (epoch + 1) * per_epoch, seed, n, size))


@given(seed=st.integers(0, 2**63), epoch=st.integers(0, 1000), n=st.integers(1, 300), size=st.integers(1, 310))
def test_batches_of_an_epoch_partition_the_indices(seed, epoch, n, size):
    batches = epoch_batches(seed, epoch, n, size)
    assert sorted(np.concatenate(batches)) == list(range(n))
    assert len(batches) == epoch_steps(n, size)
    assert all(len(batch) == size for batch in batches[:-1])


def test_order_follows_from_seed_and_epoch_alone():
    order = np.concatenate(epoch_batches(5, 3, 100, 10))
    np.testing.assert_array_equal(order, np.concatenate(epoch_batches(5, 3, 100, 7)))
    for other in ((5, 4), (6, 3)):
        assert (order != np.concatenate(epoch_batches(*other, 100, 10))).any()


@given(n=st.integers(1, 200), size=st.integers(1, 70), steps=st.integers(1, 60), data=st.data())
def test_batches_from_any_step_on_are_the_tail_of_all(n, size, steps, data):
    first = data.draw(st.integers(0, steps))
    batches = [index.tolist() for index in batches_from(0, steps, 7, n, size)]
    assert len(batches) == steps
    assert [index.tolist() for index in batches_from(first, steps, 7, n, size)] == batches[first:]
