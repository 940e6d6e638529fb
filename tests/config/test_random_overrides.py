"""Whatever overrides hypothesis comes up with compose, or give a line or two."""

import contextlib
import io
import math
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from numlp.cli.main import main
from numlp.config.compose import all_keys

ROOT = Path(__file__).resolve().parents[2]
GROUPS = [path.name for path in (ROOT / "conf").iterdir() if path.is_dir()]
KEYS = st.sampled_from([*all_keys(), *GROUPS, "train", "hydra.run.dir", "modl", "lamda", "no.such.key", "x" * 300, "", "seed.seed", "é"])
WORDS = ["he", "befor", "mlp3", "sgd", "on", "null", "nan", "inf", "-1", "1e400", "0", "0.5", "99999999999999999999999", "true"]
MARKS = "[ ] {a:1} [1,2 ' \" ${ ${lam} ${no.such} ${oc.env:NOTHING} a=b a,b ? ??? \\ é .. /etc/passwd $(ls)"
ODD = ["", "x" * 5000, *MARKS.split()]
VALUES = st.one_of(
    st.sampled_from(WORDS + ODD),
    st.integers().map(str),
    st.floats().map(str),
    st.lists(st.integers(-2, 60_000), max_size=4).map(str),
    st.text("ab1[]{},:='\"$. -_", max_size=8),
)
OVERRIDES = st.lists(
    st.builds(
        lambda sign, key, equals, value: sign + key + equals + value,
        st.sampled_from(["", "", "", "+", "++", "~"]),
        KEYS,
        st.sampled_from(["=", "=", "=", "=", ""]),
        VALUES,
    ),
    min_size=1,
    max_size=3,
)


def told(overrides):
    """The answer of `numlp resolve` to them: its exit code and its errors."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["resolve", "+stage=pipeline", *overrides])
    assert "Traceback" not in out.getvalue()
    return code, err.getvalue()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "conf", tmp_path / "conf")
    shutil.copy(ROOT / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)
    monkeypatch.setattr(sys, "argv", ["numlp"])


COMMON = {"suppress_health_check": [HealthCheck.function_scoped_fixture]}


@settings(max_examples=12, **COMMON)
@given(OVERRIDES)
@example(["lam=nan"])
@example(["then=${lam}"])
@example(["model.hidden=[50,50]"])
def test_random_overrides_compose_or_give_one_line(folder, overrides):
    code, err = told(overrides)
    if code == 0:
        assert err == ""
    else:
        assert code == 1
        assert err.startswith("error: ")
        assert 1 <= len(err.strip().splitlines()) <= 2, err


@settings(max_examples=5, **COMMON)
@given(
    seed=st.integers(0, 2**63 - 1),
    lam=st.floats(0, 1e6),
    widths=st.lists(st.integers(1, 2000), min_size=1, max_size=6),
    norm=st.sampled_from(["none", "before", "after"]),
)
def test_valid_overrides_compose(folder, seed, lam, widths, norm):
    assert told([f"seed={seed}", f"lam={lam!r}", f"model.hidden={widths}", f"norm={norm}"]) == (0, "")
    found = OmegaConf.load("build/resolved.yaml").resolved
    assert found.seed == seed
    assert math.isclose(found.lam, lam)
