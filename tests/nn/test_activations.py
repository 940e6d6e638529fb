"""Activations: values and derivatives against PyTorch's, gradients against central differences."""

from functools import partial

import numpy as np
import pytest

from numlp.errors import UserError
from numlp.inference import standalone
from numlp.nn.activations import Gelu, LeakyRelu, Relu, Silu
from numlp.nn.gradient_check_cases import Case
from numlp.nn.mode import PREDICTION
from numlp.nn.network import Network

X = np.array([-200.0, -3.0, -1.0, -0.25, 0.5, 2.0, 200.0])
GELU = "-0.0 -0.0036373920817729943 -0.15880800939172324 -0.100324649298315 0.34571400982514394 1.954597694087775 200"
GELU_SLOPE = "0 -0.011584166630969648 -0.08296408384578252 0.30464590484893955 0.8673699035346424 1.0860992566236183 1"
SILU = "-2.767793053473475e-85 -0.14227761953270035 -0.2689414213699951 -0.10945587477855048 0.3112296656009273 1.7615941559557646 200"
SILU_SLOPE = "-2.7539540882061076e-85 -0.08810410601516962 0.07232948812851325 0.37628997842980233 0.7399611873026519 1.0907842487848955 1"
PYTORCH = {  # values and derivatives of torch.nn.functional's relu, leaky_relu, gelu(approximate="tanh") and silu at X, torch 2.13, float64
    Relu: ([0, 0, 0, 0, 0.5, 2, 200], [0, 0, 0, 0, 1, 1, 1]),
    LeakyRelu: ([-2, -0.03, -0.01, -0.0025, 0.5, 2, 200], [0.01, 0.01, 0.01, 0.01, 1, 1, 1]),
    Gelu: [[float(value) for value in text.split()] for text in (GELU, GELU_SLOPE)],
    Silu: [[float(value) for value in text.split()] for text in (SILU, SILU_SLOPE)],
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", PYTORCH)
def test_values_and_derivatives_are_pytorchs(kind, dtype):
    x = X[np.newaxis].astype(dtype)
    layer = kind(x.shape[1])
    work = layer.work(1, dtype)
    with np.errstate(all="raise", under="ignore"):  # values far from 0 neither overflow nor become NaN
        y = layer.forward(x, work, PREDICTION).copy()
        slope = layer.backward(np.ones_like(x), work)
    rtol = 1e-12 if dtype == np.float64 else 1e-5
    np.testing.assert_allclose([y[0], slope[0]], PYTORCH[kind], rtol=rtol, atol=rtol)


@pytest.mark.parametrize("norm", ["none", "before", "after"])
@pytest.mark.parametrize("kind", PYTORCH)
def test_gradients_agree_with_central_differences(kind, norm):
    differences = Case("", (8, 6), norm, n=12, d=10, lam=0.01, options={"activation": kind, "dropout": 0.2}).check()
    assert [difference.name for difference in differences if not difference.passed] == []
    assert sum(difference.verdict == "agrees" for difference in differences) >= 4


def test_what_is_no_class_of_layers_is_refused_and_the_stand_alone_reader_has_all_activations():
    with pytest.raises(UserError, match="activation"):
        Network((4, 3, 2), activation=np.tanh)
    assert {kind.__name__ for kind in PYTORCH} == set(standalone.ACTIVATIONS)


def test_activation_with_a_setting_keeps_it_and_its_name():
    class Leaky(LeakyRelu):
        def __init__(self, d, *views, leak=0.01):
            super().__init__(d)
            self.leak = leak

    layer = Network((4, 3, 2), activation=partial(Leaky, leak=0.2)).layers["leaky1"]
    assert layer.leak == 0.2
