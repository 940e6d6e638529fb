"""examples/plain.py is the executable specification of the package's layers, and docs/mathematics.md shows its lines."""

import re
import sys

import numpy as np
import pytest

import numlp
from budget import ROOT

sys.path.append(str(ROOT / "examples"))  # which is no package
import plain

SIZES, CLOSE = (12, 9, 7, 5), {"rtol": 0, "atol": 1e-12}
PARAMETERS = {plain.Linear: ("W", "b"), plain.BatchNorm: ("gamma", "beta"), plain.Relu: ()}


@pytest.fixture
def pair():
    """A network twice, in float64: the layers of the example and those of the package."""
    layers, network = plain.make_network(SIZES, np.random.default_rng(0)), numlp.Network(SIZES, norm="before", dtype=np.float64)
    network.params.vector[:] = np.random.default_rng(1).normal(size=network.params.vector.size)
    for layer, name in zip(layers, network.layers, strict=True):
        vars(layer).update({kind: network.params[f"{name}.{kind}"].copy() for kind in PARAMETERS[type(layer)]})
    return layers, network


def test_every_layer_has_the_outputs_and_gradients_of_the_package(pair, rng):
    layers, network = pair
    x, labels, batch = rng.normal(size=(20, SIZES[0])), rng.integers(0, SIZES[-1], 20), numlp.Pass(network)
    y = x
    for layer, (name, output) in zip(layers, batch.outputs(x, numlp.TRAINING), strict=True):
        y = layer.forward(y, training=True)
        np.testing.assert_allclose(y, output, **CLOSE, err_msg=name)
    loss, dz = plain.cross_entropy(y, labels)
    assert loss == pytest.approx(numlp.cross_entropy(y, labels), abs=1e-12)
    plain.backward(layers, dz)
    batch.backward(numlp.cross_entropy_gradient(y, labels))
    network.add_penalty_gradient(plain.LAM)
    for layer, name in zip(layers, network.layers, strict=True):
        for kind, (_, gradient) in zip(PARAMETERS[type(layer)], layer.gradients(), strict=True):
            np.testing.assert_allclose(gradient, network.grads[f"{name}.{kind}"], **CLOSE, err_msg=f"{name}.{kind}")


def test_updates_running_statistics_and_predictions_are_those_of_the_package(pair, rng):
    layers, network = pair
    x, labels = rng.normal(size=(60, SIZES[0])), rng.integers(0, SIZES[-1], 60)
    batch, sgd = numlp.Pass(network), numlp.Sgd(network)
    numlp.set_from_batch(network, x[:20])
    for start in (0, 20, 40):
        rows = slice(start, start + 20)
        plain.backward(layers, plain.cross_entropy(plain.forward(layers, x[rows], training=True), labels[rows])[1])
        plain.update(layers, eta=0.1)
        batch.backward(numlp.cross_entropy_gradient(batch.forward(x[rows], numlp.TRAINING), labels[rows]))
        sgd.update(eta=0.1, decay=2 * plain.LAM)
        numlp.update_moving_average(network, batch, plain.ALPHA)
    np.testing.assert_allclose(plain.forward(layers, x, training=False), batch.forward(x, numlp.PREDICTION), **CLOSE)


def test_learning_rate_is_that_of_the_package():
    rate = numlp.Cyclical(plain.ETA_MIN, plain.ETA_MAX, half_cycle_epochs=5).rates(per_epoch=90, steps=1800)
    assert [plain.learning_rate(t, 450) for t in range(1800)] == pytest.approx([rate(t) for t in range(1800)], abs=1e-15)


def test_example_learns_and_the_page_shows_its_lines(rng):
    labels = rng.integers(0, 3, 1000)
    x = (np.eye(3)[labels] + 0.3 * rng.normal(size=(1000, 3))).astype(np.float32)
    layers = plain.make_network((3, 8, 3), rng)
    epochs = list(plain.train(layers, x, labels, rng))
    assert (len(epochs), plain.accuracy(layers, x, labels) > 0.9) == (20, True)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/mathematics.md").read_text(), re.DOTALL)
    page = [[line.strip() for line in block.splitlines() if line] for block in blocks]
    lines = [line.strip() for line in (ROOT / "examples/plain.py").read_text().splitlines() if line]
    assert len(page) >= 7
    assert [block for block in page if not any(lines[i : i + len(block)] == block for i in range(len(lines)))] == []
