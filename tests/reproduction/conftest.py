"""A project folder that has the reproduction's files, and small splits of the synthetic images for its runs."""

import shutil

import pytest

from budget import ROOT
from numlp.cli.main import exit_code
from projects import SMALL
from reproduction.__main__ import main
from sweeps import PIXELS


@pytest.fixture
def reproduction(ready, monkeypatch):
    """The project with the reproduction's inputs and a rehearsal's parameters, whose runs are made in this process."""
    monkeypatch.setattr("reproduction.runner.cores", lambda: 1)
    (ready / "reproduction").mkdir()
    for path in [*(ROOT / "reproduction").glob("*.yaml"), *(ROOT / "reproduction").glob("*.csv")]:
        shutil.copy(path, ready / "reproduction")
    overrides = ", ".join(f'"{override}"' for override in [*SMALL, PIXELS])
    canaries = 'canaries: {e16: "", e24: ""}'
    (ready / "reproduction" / "params.yaml").write_text(f"seeds: [0]\noverrides: [{overrides}]\n{canaries}\n")
    return ready


@pytest.fixture
def step(capsys):
    """Run a step of the reproduction in this process; give its exit code, output and errors."""

    def run(*arguments):
        capsys.readouterr()
        code = exit_code("reproduction", lambda: main(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run
