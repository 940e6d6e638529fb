"""The network as a whole: flat parameters, passes, shapes."""

import numpy as np
import pytest

from numlp.arrays import Flat
from numlp.errors import UserError
from numlp.nn.gradient_check_cases import Case
from numlp.nn.loss import cross_entropy_gradient
from numlp.nn.mode import TRAINING
from numlp.nn.network import Network, Pass

NORMS = ["none", "before", "after"]


def gradients(network: Network, x: np.ndarray, labels: np.ndarray) -> np.ndarray:
    batch = Pass(network, len(x))
    batch.backward(cross_entropy_gradient(batch.forward(x, TRAINING), labels))
    return network.grads.vector.copy()


def test_flat_views_share_memory_with_the_vector_in_the_order_given() -> None:
    flat = Flat({"a": (2, 3), "b": (), "c": (4,)}, np.float32)
    flat.vector[:] = np.arange(11)
    np.testing.assert_array_equal(flat["a"], [[0, 1, 2], [3, 4, 5]])
    assert flat["b"] == 6
    flat["c"][...] = -1
    np.testing.assert_array_equal(flat.vector[7:], -1)
    assert (flat.vector.dtype, flat.vector.shape) == (np.float32, (11,))
    assert all(np.shares_memory(view, flat.vector) for view in flat.views.values())


@pytest.mark.parametrize("norm", NORMS)
def test_the_weights_come_first_so_that_the_penalty_is_of_one_slice(norm: str) -> None:
    network = Case("", (5, 4), norm, d=7).draw()[0]
    matrices = [network.params[f"linear{i}.W"] for i in (1, 2, 3)]
    assert network.penalty(0.3) == pytest.approx(0.3 * sum((W**2).sum() for W in matrices), rel=1e-14)
    network.weights[:] = 0
    assert all((W == 0).all() for W in matrices)
    rest = [view for name, view in network.params.views.items() if not name.endswith("W")]
    assert all(np.abs(view).min() > 0 for view in rest)


def test_a_change_of_the_flat_vector_is_seen_by_the_next_pass() -> None:
    network, x, _ = Case("", (5,), "none", d=7).draw()
    batch = Pass(network, len(x))
    network.params.vector[:] = 0
    np.testing.assert_array_equal(batch.forward(x, TRAINING), 0)


@pytest.mark.parametrize("norm", NORMS)
def test_a_pass_changes_neither_parameters_nor_stored_moments_nor_inputs(norm: str) -> None:
    network, x, labels = Case("", (5, 4), norm, d=7).draw()
    before = [network.params.vector.copy(), network.moments.vector.copy(), x.copy()]
    gradients(network, x, labels)
    for old, new in zip(before, [network.params.vector, network.moments.vector, x], strict=True):
        np.testing.assert_array_equal(new, old)


@pytest.mark.parametrize("norm", NORMS)
def test_a_pass_used_again_gives_what_a_new_one_gives(norm: str) -> None:
    network, x, labels = Case("", (5, 4), norm, d=7).draw()
    expected = gradients(network, x, labels)
    batch = Pass(network, len(x))
    for images in (x[::-1] * 3, x):
        batch.backward(cross_entropy_gradient(batch.forward(images.copy(), TRAINING), labels))
    np.testing.assert_array_equal(network.grads.vector, expected)


@pytest.mark.parametrize("norm", NORMS)
def test_passes_of_one_network_do_not_disturb_each_other(norm: str) -> None:
    network, x, labels = Case("", (5, 4), norm, d=7).draw()
    expected = gradients(network, x, labels)
    first, second = Pass(network, len(x)), Pass(network, 3)
    dy = cross_entropy_gradient(first.forward(x, TRAINING), labels)
    second.forward(x[:3], TRAINING)
    first.backward(dy)
    np.testing.assert_array_equal(network.grads.vector, expected)


@pytest.mark.parametrize("norm", NORMS)
def test_every_image_twice_has_the_same_gradient(norm: str) -> None:
    network, x, labels = Case("", (5, 4), norm, d=7).draw()
    once = gradients(network, x, labels)
    twice = gradients(network, np.concatenate([x, x]), np.concatenate([labels, labels]))
    np.testing.assert_allclose(twice, once, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("norm", NORMS)
def test_the_order_of_a_batch_orders_the_logits_alone(norm: str) -> None:
    network, x, labels = Case("", (5, 4), norm, d=7).draw()
    order = np.random.default_rng(0).permutation(len(x))
    straight = Pass(network, len(x)).forward(x, TRAINING)
    shuffled = Pass(network, len(x)).forward(x[order], TRAINING)
    np.testing.assert_allclose(shuffled, straight[order], rtol=1e-10)
    np.testing.assert_allclose(gradients(network, x[order], labels[order]), gradients(network, x, labels), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("norm", NORMS)
def test_float32_agrees_with_float64(norm: str) -> None:
    double, x, labels = Case("", (5, 4), norm, d=7).draw()
    single = Network(double.sizes, norm, dtype=np.float32)
    single.params.vector[:] = double.params.vector
    expected = gradients(double, x, labels)
    actual = gradients(single, x.astype(np.float32), labels)
    assert actual.dtype == np.float32
    assert np.linalg.norm(actual - expected) < 1e-4 * np.linalg.norm(expected)


def test_parameters_have_the_names_and_shapes_of_the_model_file() -> None:
    shapes = {name: view.shape for name, view in Network((7, 5, 4, 3), "before").params.views.items()}
    assert shapes == {
        "linear1.W": (7, 5),
        "linear2.W": (5, 4),
        "linear3.W": (4, 3),
        "linear1.b": (5,),
        "bn1.gamma": (5,),
        "bn1.beta": (5,),
        "linear2.b": (4,),
        "bn2.gamma": (4,),
        "bn2.beta": (4,),
        "linear3.b": (3,),
    }


def test_without_batch_norm_there_are_no_moments() -> None:
    assert Network((7, 5, 3), "none").moments.views == {}
    assert list(Network((7, 5, 3), "after").moments.views) == ["bn1.mean", "bn1.var"]


@pytest.mark.parametrize(("sizes", "norm"), [((3,), "none"), ((), "none"), ((3, 0, 2), "none"), ((3, -1), "none"), ((3, 2), "befor")])
def test_a_network_that_cannot_be_built_is_refused(sizes: tuple[int, ...], norm: str) -> None:
    with pytest.raises(UserError, match="network: expected "):
        Network(sizes, norm)
