"""numlp computes the values of PyTorch (golden.npz, made by make_golden.py)."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from numlp.nn.loss import cross_entropy, cross_entropy_gradient
from numlp.nn.mode import PREDICTION, TRAINING
from numlp.nn.network import Network, Pass
from numlp.optim.optimizers import Adam, Momentum, Sgd

CLOSE = {"rtol": 1e-12, "atol": 1e-13}
OPTIMIZERS = {"sgd": Sgd, "momentum": partial(Momentum, rho=0.9), "adam": partial(Adam, beta1=0.9, beta2=0.999, eps=1e-8)}


class Golden:
    """The stored values of one norm, and a numlp network that starts from them."""

    def __init__(self, values, norm):
        about = json.loads(str(values["about"]))
        self.lam, self.eta, self.steps = about["lam"], about["eta"], about["steps"]
        self.values, self.norm = values, norm
        self.x, self.labels = values["x"], values["labels"]
        self.network = Network(about["sizes"], norm, eps=about["eps"], dtype=np.float64)
        for name, view in self.network.params.views.items():
            view[...] = self[f"start/{name}"]
        self.batch = Pass(self.network)

    def __getitem__(self, key):
        return self.values[f"{self.norm}/{key}"]

    def step(self):
        """Fill the network's gradients, those of the loss alone, and return the cost."""
        logits = self.batch.forward(self.x, TRAINING)
        cost = cross_entropy(logits, self.labels) + self.network.penalty(self.lam)
        self.batch.backward(cross_entropy_gradient(logits, self.labels))
        return cost


@pytest.fixture(params=["none", "before", "after"])
def golden(request):
    with np.load(Path(__file__).with_name("golden.npz"), allow_pickle=False) as values:
        yield Golden(values, request.param)


def test_logits_cost_and_every_gradient_are_pytorchs(golden):
    stored = {key.split("/")[-1] for key in golden.values if key.startswith(f"{golden.norm}/start/")}
    assert stored == set(golden.network.params.views)
    np.testing.assert_allclose(golden.batch.forward(golden.x, TRAINING), golden["logits"], **CLOSE)
    np.testing.assert_allclose(golden.step(), golden["cost"], **CLOSE)
    golden.network.add_penalty_gradient(golden.lam)
    for name, gradient in golden.network.grads.views.items():
        np.testing.assert_allclose(gradient, golden[f"grad/{name}"], **CLOSE, err_msg=name)


def test_batch_moments_are_pytorchs_with_the_variance_that_divides_by_n_and_stored_give_the_logits_of_training(golden):
    golden.batch.forward(golden.x, TRAINING)
    assert (len(golden.batch.moments.views) == 0) == (golden.norm == "none")
    for name, moment in golden.batch.moments.views.items():
        np.testing.assert_allclose(moment, golden[f"moments/{name}"], **CLOSE, err_msg=name)
        golden.network.moments[name][...] = golden[f"moments/{name}"]
    np.testing.assert_allclose(golden.batch.forward(golden.x, PREDICTION), golden["logits"], **CLOSE)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_three_steps_end_at_pytorchs_parameters(golden, name):
    network = golden.network
    optimizer = OPTIMIZERS[name](network)
    for _ in range(golden.steps):
        golden.step()
        optimizer.update(golden.eta, decay=2 * golden.lam)
    for parameter, value in network.params.views.items():
        # The bias before batch norm has a gradient of 1e-17, rounding alone, which Adam divides by its eps of 1e-8.
        redundant = golden.norm == "before" and parameter.endswith(".b") and parameter != "linear4.b"
        close = {"rtol": 0, "atol": 1e-8} if name == "adam" and redundant else CLOSE
        np.testing.assert_allclose(value, golden[f"{name}/{parameter}"], **close, err_msg=parameter)
