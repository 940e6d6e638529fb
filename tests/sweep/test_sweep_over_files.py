"""A sweep over files of conf/ that are sweeps themselves."""

import pytest

from sweeps import SHORT

OVERRIDES = ("+experiment=e01_three_layers,e02_nine_layers", "+search=eta_lambda,architecture", "+experiment=l01_start,e05_lambda_coarse")


@pytest.mark.parametrize("override", OVERRIDES)
def test_sweep_over_files_that_vary_values_themselves_is_refused(ready, numlp, override):
    code, _, err = numlp("train", "-m", override, *SHORT, "hydra/launcher=basic")
    assert (code, err.count("\n")) == (1, 1)
    assert "one after another" in err
    assert not (ready / "multirun").exists()


def test_sweep_over_files_of_one_network_each_trains_them_all(ready, numlp):
    for name in ("a", "b"):
        (ready / f"conf/experiment/{name}.yaml").write_text(f"# @package _global_\nlam: 0.{len(name)}\nseed: {ord(name)}\n")
    code, _, err = numlp("train", "-m", "+experiment=a,b", *SHORT, "hydra/launcher=basic")
    assert code == 0, err
    assert len(list(ready.glob("multirun/*/*/*/model.npz"))) == 2


def test_one_file_that_varies_values_trains_them_all(ready, numlp):
    (ready / "conf/experiment/mine.yaml").write_text(
        "# @package _global_\nhydra:\n  mode: MULTIRUN\n  sweeper:\n    params: {norm: 'none,before'}\n"
    )
    code, _, err = numlp("train", "+experiment=mine", *SHORT, "lam=0.1,0.2", "-m", "hydra/launcher=basic")
    assert code == 0, err
    assert len(list(ready.glob("multirun/*/*/*/model.npz"))) == 4
