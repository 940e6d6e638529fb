"""What a person finds in MLflow after an experiment of the reports: six runs by name and their choices, side by side."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from browser.conftest import numlp
from numlp.stages.init import lay_out

SMALL = ("split.train=[0,2000]", "split.val=[2000,2500]", "train.cycles=null", "train.epochs=10", "hydra.launcher.n_jobs=1")
RUNS = [f"mlp3-{norm}-gaussian{sigma}-synthetic-lam0.005-s0" for norm in ("before", "none") for sigma in ("0.0001", "0.001", "0.1")]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The addresses that `numlp ui` prints, on a project with E08 in small."""
    folder = tmp_path_factory.mktemp("served") / "project"
    lay_out(folder, "synthetic")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
        numlp(folder, "train", "-m", "+experiment=e08_sigma_three_layers", *SMALL)
        with subprocess.Popen(["numlp", "ui", "--port", "5600"], cwd=folder, text=True, stdout=subprocess.PIPE) as server:
            try:
                said = [server.stdout.readline().split()[-1] for _ in range(2)]
                yield said[0], said[1]
            finally:
                server.terminate()


def comparison(page):
    """The table of runs, without the assistant's panel, which MLflow opens, and the note that the view is a shared one."""
    page.get_by_text(RUNS[0]).first.wait_for()
    for name in ("mlflow.assistant.chat_panel.close", "mlflow.experiment_page.shared_view.dismiss"):
        page.locator(f'[data-component-id="{name}"]').click()


def test_the_address_that_is_printed_shows_names_choices_and_accuracy(served, opened, picture):
    page = opened(served[1], width=1600)
    comparison(page)
    for column in ("params.`norm`", "params.`init`", "params.`init.sigma`", "metrics.`final/test_accuracy`"):
        page.locator(f'[role=columnheader][col-id="{column}"]').wait_for()
    assert [name for name in RUNS if page.get_by_text(name, exact=True).count() == 0] == []
    cells = page.locator('[role=gridcell][col-id="metrics.`final/test_accuracy`"]')
    assert all(0 < float(text) <= 1 for text in cells.all_inner_texts() if text.strip())
    picture(page, "mlflow-runs")


def test_six_runs_are_compared_by_their_differences(served, opened, picture):
    page = opened(served[1], width=1600)
    comparison(page)
    page.locator(".ag-header-row input[type=checkbox], .ag-header-select-all input, [role=columnheader] input[type=checkbox]").first.click(
        force=True
    )
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("Comparing 6 Runs").wait_for()
    said = page.inner_text("body")
    assert [name for name in (*RUNS, "init.sigma", "norm.placement", "Show diff only") if name not in said] == []
    picture(page, "mlflow-compare")
