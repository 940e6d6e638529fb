"""The network: flat parameters, passes, shapes."""

import numpy as np
import pytest

from numlp.errors import UserError
from numlp.nn.activations import Relu
from numlp.nn.gradient_check_cases import Case
from numlp.nn.loss import cross_entropy_gradient
from numlp.nn.mode import PREDICTION, TRAINING
from numlp.nn.network import Network, Pass


@pytest.fixture(params=["none", "before", "after"])
def drawn(request):
    """A network with each norm, images and labels."""
    return Case("", (5, 4), request.param, d=7).draw()


def gradients(network, x, labels):
    batch = Pass(network)
    batch.backward(cross_entropy_gradient(batch.forward(x, TRAINING), labels))
    return network.grads.vector.copy()


def test_weights_come_first_so_that_the_penalty_needs_one_slice(drawn):
    network = drawn[0]
    matrices = [network.params[f"linear{i}.W"] for i in (1, 2, 3)]
    assert network.penalty(0.3) == pytest.approx(0.3 * sum((W**2).sum() for W in matrices), rel=1e-14)
    network.weights[:] = 0
    assert all((W == 0).all() for W in matrices)
    assert all(np.abs(view).min() > 0 for name, view in network.params.views.items() if not name.endswith("W"))


def test_pass_changes_neither_parameters_nor_stored_moments_nor_inputs(drawn):
    network, x, labels = drawn
    arrays = [network.params.vector, network.moments.vector, x]
    before = [array.copy() for array in arrays]
    gradients(network, x, labels)
    for old, new in zip(before, arrays, strict=True):
        np.testing.assert_array_equal(new, old)


def test_pass_used_again_also_with_another_size_gives_the_gradients_of_a_new_one(drawn):
    network, x, labels = drawn
    expected = gradients(network, x, labels)
    batch = Pass(network)
    batch.backward(cross_entropy_gradient(batch.forward(x[::-1] * 3, TRAINING), labels))
    dy = cross_entropy_gradient(batch.forward(x, TRAINING), labels)
    batch.forward(x[:3], TRAINING)
    batch.backward(dy)
    np.testing.assert_array_equal(network.grads.vector, expected)


def test_gradients_are_of_the_mean_and_do_not_depend_on_order_or_precision(drawn):
    network, x, labels = drawn
    expected, order = gradients(network, x, labels), np.random.default_rng(0).permutation(len(x))
    twice = gradients(network, np.concatenate([x, x]), np.concatenate([labels, labels]))
    np.testing.assert_allclose(twice, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(gradients(network, x[order], labels[order]), expected, rtol=1e-8, atol=1e-12)
    single = Network(network.sizes, network.norm, dtype=np.float32)
    single.params.vector[:] = network.params.vector
    actual = gradients(single, x.astype(np.float32), labels)
    assert actual.dtype == np.float32
    assert np.linalg.norm(actual - expected) < 1e-4 * np.linalg.norm(expected)


def test_parameters_have_the_names_and_shapes_of_the_model_file():
    network = Network((7, 5, 4), "before")
    shapes = {name: view.shape for name, view in network.params.views.items()}
    assert shapes == {"linear1.W": (7, 5), "linear2.W": (5, 4), "linear1.b": (5,), "bn1.gamma": (5,), "bn1.beta": (5,), "linear2.b": (4,)}
    assert list(network.moments) == ["bn1.mean", "bn1.var"]
    assert Network((7, 5, 3), "none").moments.views == {}


@pytest.mark.parametrize(
    ("sizes", "norm"), [((3,), "none"), ((), "none"), ((3, 0, 2), "none"), ((3.0, 1), "none"), (3, 2), ((3, 2), "befor")]
)
def test_network_that_cannot_be_built_is_refused(sizes, norm):
    with pytest.raises(UserError, match="network"):
        Network(sizes, norm)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.zeros((2, 3)), ["float64", "float32", "x.astype(np.float32)"]),
        (np.zeros((2, 4), np.float32), ["(N, 3)", "(2, 4)"]),
        (np.zeros(3, np.float32), ["(N, 3)", "(3,)"]),
        (np.zeros((0, 3), np.float32), ["(N, 3)", "(0, 3)"]),
    ],
    ids=["type", "width", "one row", "no row"],
)
def test_input_of_another_type_or_width_is_refused_with_the_remedy(x, words):
    with pytest.raises(UserError) as error:
        Pass(Network((3, 2))).forward(x, TRAINING)
    assert all(word in str(error.value) for word in words)


@pytest.mark.parametrize(("rows", "mode", "dtype"), [(5, TRAINING, "f4"), (4, PREDICTION, "f4"), (4, TRAINING, "f8")])
def test_backward_pass_that_does_not_fit_the_forward_pass_is_refused(rows, mode, dtype):
    batch = Pass(Network((3, 3, 2), "before"))
    batch.forward(np.zeros((4, 3), np.float32), mode)
    with pytest.raises(UserError, match="backward"):
        batch.backward(np.zeros((rows, 2), dtype))


@pytest.mark.parametrize(("method", "result"), [("forward", None), ("backward", None), ("forward", np.zeros((4, 1))), ("backward", 0.5)])
def test_wrong_result_of_an_activation_names_its_class_and_method(method, result):
    bare = {"__init__": Relu.__init__, "work": Relu.work, "forward": Relu.forward, "backward": Relu.backward}
    own = type("Own", (), {**bare, method: lambda self, *_: result})
    with pytest.raises(UserError, match=rf"own1 .*Own\)\.{method}"):
        gradients(Network((3, 3, 2), activation=own), np.zeros((4, 3), np.float32), np.zeros(4, int))
