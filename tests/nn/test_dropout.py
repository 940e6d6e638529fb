"""Dropout: the share of values it drops, and that nothing else depends on it."""

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


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_rate_is_dropped_the_mean_stays_and_the_gradient_passes_where_the_value_did(rate):
    layer, work, y = dropped(rate)
    assert np.mean(y == 0) == pytest.approx(rate, abs=0.01)  # five standard deviations of 40,000 draws are 0.0125
    assert y.mean() == pytest.approx(1, abs=0.08 if rate == 0.9 else 0.03)
    assert set(np.unique(y)) <= {0, np.float32(65536 / (65536 - round(rate * 65536)))}
    np.testing.assert_array_equal(layer.backward(np.ones_like(y), work), y)


def test_equal_noise_drops_equal_values_and_another_step_seed_or_place_others():
    first = dropped(0.5)[2]
    np.testing.assert_array_equal(first, dropped(0.5)[2])
    for other in (dropped(0.5, Mode(True, (3, 8)))[2], dropped(0.5, Mode(True, (4, 7)))[2], dropped(0.5, place=2)[2]):
        assert np.mean(first != other) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("mode", [PREDICTION, Mode(True, ())])
def test_without_noise_values_and_gradients_pass_unchanged(mode):
    layer, work, y = dropped(0.5, mode)
    assert (y == 1).all()
    np.testing.assert_array_equal(layer.backward(np.full_like(y, 2), work), 2)


@pytest.mark.parametrize("norm", ["none", "before", "after"])
@pytest.mark.parametrize("rates", [(0.4, 0.0), (0.0, 0.4), (0.4, 0.4)])
def test_gradients_agree_with_central_differences_at_a_fixed_mask(norm, rates):
    differences = Case("", (8, 6), norm, n=12, d=10, lam=0.01, options={"dropout": rates[0], "input_dropout": rates[1]}).check()
    assert [difference.name for difference in differences if not difference.passed] == []
    assert any(difference.verdict == "agrees" for difference in differences)


def test_dropout_adds_layers_without_parameters_and_predicts_as_the_network_without_it(rng):
    plain, random = Network((6, 5, 3), "before"), Network((6, 5, 3), "before", dropout=0.5, input_dropout=0.5)
    assert list(random.layers) == ["dropout0", "linear1", "bn1", "relu1", "dropout1", "linear2"]
    assert random.params.views.keys() == plain.params.views.keys()
    plain.params.vector[:] = random.params.vector[:] = rng.normal(size=plain.params.vector.size)
    x = rng.normal(size=(4, 6)).astype(np.float32)
    np.testing.assert_array_equal(Pass(plain).forward(x, PREDICTION), Pass(random).forward(x, PREDICTION))


@pytest.mark.parametrize(("rate", "mode"), [(1.0, NOISY), (-0.1, NOISY), (float("nan"), NOISY), (0.5, TRAINING)])
def test_rate_out_of_range_and_training_without_noise_are_refused(rate, mode):
    with pytest.raises(UserError, match="dropout"):
        dropped(rate, mode)
