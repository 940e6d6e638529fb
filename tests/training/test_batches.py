import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from numlp.training.batches import epoch_batches, epoch_steps


@given(seed=st.integers(0, 2**63), epoch=st.integers(0, 1000), n=st.integers(1, 300), size=st.integers(1, 310))
def test_batches_of_an_epoch_partition_the_indices(seed, epoch, n, size):
    batches = list(epoch_batches(seed, epoch, n, size))
    assert sorted(np.concatenate(batches)) == list(range(n))
    assert len(batches) == epoch_steps(n, size)
    assert all(len(batch) == size for batch in batches[:-1])


def test_the_order_follows_from_seed_and_epoch_alone():
    order = np.concatenate(list(epoch_batches(5, 3, 100, 10)))
    np.testing.assert_array_equal(order, np.concatenate(list(epoch_batches(5, 3, 100, 7))))
    assert (order != np.concatenate(list(epoch_batches(5, 4, 100, 10)))).any()
    assert (order != np.concatenate(list(epoch_batches(6, 3, 100, 10)))).any()
