"""Dropout: what it drops, and that nothing else depends on it."""

import numpy as np
import pytest

from numlp.errors import UserError
from numlp.nn.dropout import Dropout
from numlp.nn.gradient_check_cases import Case
from numlp.nn.mode import PREDICTION, TRAINING, Mode
from numlp.nn.network import Network, Pass

NOISY = Mode(batch_moments=True, noise=(3, 7))


def dropped(rate, mode=NOISY, place=1, shape=(100, 400)):
    layer = Dropout(shape[1], rate, place)
    work = layer.work(shape[0], np.float32)
    return layer, work, layer.forward(np.ones(shape, np.float32), work, mode)


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5, 0.9])
def test_the_rate_is_dropped_and_the_mean_stays(rate):
    y = dropped(rate)[2]
    assert np.mean(y == 0) == pytest.approx(rate, abs=0.01)  # five standard deviations of 40,000 draws are 0.0125
    assert y.mean() == pytest.approx(1, abs=0.08 if rate == 0.9 else 0.03)
    assert set(np.unique(y)) <= {0, np.float32(65536 / (65536 - round(rate * 65536)))}


def test_the_same_noise_drops_the_same_and_another_step_seed_or_place_others():
    first = dropped(0.5)[2]
    np.testing.assert_array_equal(first, dropped(0.5)[2])
    for other in (Mode(True, (3, 8)), Mode(True, (4, 7))):
        assert np.mean(first != dropped(0.5, other)[2]) == pytest.approx(0.5, abs=0.02)
    assert np.mean(first != dropped(0.5, place=2)[2]) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("mode", [PREDICTION, TRAINING])
def test_without_noise_values_and_gradients_pass_unchanged(mode):
    layer, work, y = dropped(0.5, mode)
    assert (y == 1).all()
    np.testing.assert_array_equal(layer.backward(np.full_like(y, 2), work), 2)


def test_the_gradient_passes_where_the_value_did():
    layer, work, y = dropped(0.3)
    np.testing.assert_array_equal(layer.backward(np.ones_like(y), work), y)


@pytest.mark.parametrize("norm", ["none", "before", "after"])
@pytest.mark.parametrize("rates", [(0.4, 0.0), (0.0, 0.4), (0.4, 0.4)])
def test_gradients_agree_with_central_differences_at_a_mask_held_fixed(norm, rates):
    differences = Case("", (8, 6), norm, n=12, d=10, lam=0.01, dropout=rates[0], input_dropout=rates[1]).check()
    assert [difference.name for difference in differences if not difference.passed] == []
    assert any(difference.verdict == "agrees" for difference in differences)


def test_the_check_sees_a_gradient_that_forgets_the_mask(monkeypatch):
    monkeypatch.setattr(Dropout, "backward", lambda self, dy, work: dy)
    differences = Case("", (8, 6), "before", n=12, d=10, dropout=0.4).check()
    assert "linear1.W" in [difference.name for difference in differences if not difference.passed]


def test_layers_stand_behind_the_input_and_each_hidden_layer_and_have_no_parameters():
    network = Network((6, 5, 4, 3), "before", dropout=0.5, input_dropout=0.1)
    assert list(network.layers) == [
        *("dropout0", "linear1", "bn1", "relu1", "dropout1"),
        *("linear2", "bn2", "relu2", "dropout2", "linear3"),
    ]
    assert network.params.views.keys() == Network((6, 5, 4, 3), "before").params.views.keys()
    assert not any(name.startswith("dropout") for name in Network((6, 5, 4, 3), "before").layers)


def test_a_prediction_is_that_of_the_network_without_dropout(rng):
    plain, random = Network((6, 5, 3), "before"), Network((6, 5, 3), "before", dropout=0.5, input_dropout=0.5)
    plain.params.vector[:] = random.params.vector[:] = rng.normal(size=plain.params.vector.size)
    x = rng.normal(size=(4, 6)).astype(np.float32)
    np.testing.assert_array_equal(Pass(plain, 4).forward(x, PREDICTION), Pass(random, 4).forward(x, PREDICTION))


def test_a_rate_of_nearly_one_keeps_a_value_now_and_then_and_stays_finite():
    y = dropped(1 - 1e-9)[2]
    assert np.isfinite(y).all()
    assert 0 <= np.count_nonzero(y) < 10


@pytest.mark.parametrize("rate", [1.0, -0.1, float("nan")])
def test_a_rate_out_of_range_is_refused(rate):
    with pytest.raises(UserError, match="dropout: expected a number of at least 0 and below 1, got "):
        Dropout(3, rate, 0)
