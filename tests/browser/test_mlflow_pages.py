"""What a person finds in MLflow after an experiment of the reports: six runs by name, their choices, curves and plots."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from browser.conftest import numlp
from numlp.stages.init import lay_out
from numlp.tracking import start_run

SMALL = ("split.train=[0,2000]", "split.val=[2000,2500]", "train.cycles=null", "train.epochs=10", "hydra.launcher.n_jobs=1")
RUNS = [f"mlp3-{norm}-gaussian{sigma}-synthetic-lam0.005-s0" for norm in ("before", "none") for sigma in ("0.0001", "0.001", "0.1")]
ONES_OWN = "?searchFilter=metrics.%22final%2Ftest_accuracy%22%20%3E%200&viewStateShareKey=comparison"  # not the runs that group others
PARENT, CHILDREN = "e08", ["e08 norm=none seed 0", "e08 norm=before seed 0"]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The addresses that `numlp ui` prints, on a project with E08 in small."""
    folder = tmp_path_factory.mktemp("served") / "project"
    lay_out(folder, "synthetic")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
        numlp(folder, "train", "-m", "+experiment=e08_sigma_three_layers", *SMALL)
        with start_run(folder, PARENT, {"runs": 2}, {}, experiment="reports") as parent:
            for name in CHILDREN:
                with start_run(folder, name, {}, {}, experiment="reports", parent=parent.id):
                    pass
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


def test_six_runs_are_compared_by_their_differences_and_cost_curves(served, opened, picture):
    base, _, _ = served[1].partition("?")
    page = opened(base + ONES_OWN, width=1600, height=1000)
    comparison(page)
    page.locator("[role=columnheader] input[type=checkbox]").first.click(force=True)
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("Comparing 6 Runs").wait_for()
    page.get_by_text("Show diff only").first.click()
    page.get_by_role("cell", name="init.sigma", exact=True).first.scroll_into_view_if_needed()
    assert page.get_by_text("norm.placement", exact=True).last.is_visible()
    assert page.get_by_text("train.batch_size", exact=True).count() == 0  # the same in all
    picture(page, "mlflow-compare")
    page.get_by_role("link", name="cost/val", exact=True).click()
    page.locator(".js-plotly-plot .scatterlayer .trace").nth(5).wait_for()
    assert page.locator(".js-plotly-plot .scatterlayer .trace").count() == 6
    picture(page, "mlflow-cost")


def test_a_run_s_plot_is_drawn(served, opened, picture):
    page = opened(served[1], width=1600)
    comparison(page)
    page.get_by_text(RUNS[1], exact=True).first.click()
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_text("plots", exact=True).first.click()
    page.get_by_text("curves.png", exact=True).first.click()
    image = page.locator("img[src^='blob:'], img[src*='get-artifact']").first
    image.wait_for()
    page.wait_for_function("[...document.images].some(image => image.naturalWidth > 500)")
    picture(page, "mlflow-plot")


def test_a_parent_opens_to_its_children(served, opened):
    page = opened(f"{served[0]}/#/experiments/2/runs", width=1600)
    page.get_by_text(PARENT, exact=True).first.wait_for()
    page.locator('[data-component-id="mlflow.assistant.chat_panel.close"]').click()
    if page.get_by_text(CHILDREN[0], exact=True).count() == 0:
        page.locator("[role=gridcell] button[class*=expander], [role=gridcell] [role=button]").first.click()
    for name in CHILDREN:
        page.get_by_text(name, exact=True).first.wait_for()
