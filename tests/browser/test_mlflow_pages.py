"""What a person finds in MLflow after an experiment of the reports: six runs by name and their choices, side by side."""

import csv
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from browser.conftest import numlp
from numlp.cli.init import lay_out
from servers import LIFE, free_port

PARENT = "e08_sigma_three_layers"
SMALL = ("split=9k", "hydra.launcher.n_jobs=1")
CHOICES = [(norm, sigma) for norm in ("before", "none") for sigma in ("0.0001", "0.001", "0.1")]
RUNS = [f"mlp3-{norm}-gaussian{sigma}-9k-synthetic-lam0.005-s0" for norm, sigma in CHOICES]
COLUMNS = ["metrics.`final/test_accuracy`", "metrics.`best/val_accuracy`"]
COLUMNS += [f"params.`{name}`" for name in ("lam", "schedule.eta_max", "train.cycles", "norm", "init.sigma")]
CUT = """
    link => {
        const cell = link.closest("[role=gridcell]");
        const boxes = [link];
        while (boxes[0].parentElement !== cell) boxes.unshift(boxes[0].parentElement);
        return boxes.some((box) => box.scrollWidth > box.clientWidth && box.clientWidth > 0);
    }"""
RECORDS = 11  # of a run: ten and the one before the first update


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The address that `numlp ui` prints to compare runs, on a project with E08 in small; and the sweep's table by batch norm and sigma."""
    with tempfile.TemporaryDirectory(dir=tmp_path_factory.mktemp("served")) as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name) / "project"
        lay_out(folder, "synthetic")
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
        numlp(folder, "train", "-m", f"+experiment={PARENT}", *SMALL)
        command = ["timeout", LIFE, "numlp", "ui", "--port", str(free_port())]
        with subprocess.Popen(command, cwd=folder, text=True, stdout=subprocess.PIPE) as server:
            try:
                said = [server.stdout.readline() for _ in range(2)]
                assert said[1].startswith("compare the runs: http://127.0.0.1:"), said
                yield said[1].split()[-1], table(folder)
            finally:
                server.terminate()


def table(folder):
    with next(folder.glob("multirun/*/*/trials.csv")).open(newline="") as file:
        return {(row["norm"], row["init.sigma"]): row for row in csv.DictReader(file)}


def row(page, name):
    """Of the table of runs: the part that stays where it is when the columns are scrolled."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


@pytest.fixture
def runs(served, opened):
    """The table of runs, without the assistant's panel and the note that the view is a shared one."""
    page = opened(served[0], height=620)
    for name in ("mlflow.assistant.chat_panel.close", "mlflow.experiment_page.shared_view.dismiss"):
        page.locator(f'[data-component-id="{name}"]').click()
    row(page, RUNS[-1]).wait_for()
    return page


@pytest.fixture
def compared(runs):
    """The six members, selected and compared."""
    for name in RUNS:
        row(runs, name).get_by_role("checkbox", name=re.compile("toggle row selection")).check()
    runs.get_by_role("button", name="Compare", exact=True).click()
    runs.get_by_role("heading", name="Comparing 6 Runs from 1 Experiment").wait_for()
    return runs


def cells(page, name, columns):
    key = row(page, name).get_attribute("row-id")
    return [page.locator(f'[row-id="{key}"] [role=gridcell][col-id="{column}"]').inner_text() for column in columns]


def right_ends(page, columns):
    """The pixels at which the columns end, from left to right."""
    heads = [page.locator(f'[role=columnheader][col-id="{column}"]').bounding_box() for column in columns]
    return [head["x"] + head["width"] for head in heads]


def test_the_address_that_is_printed_shows_accuracies_and_settings_of_a_sweep_and_its_members(served, runs, picture):
    runs.set_viewport_size({"width": 1600, "height": 620})
    for (norm, sigma), name in zip(CHOICES, RUNS, strict=True):
        test, highest, *settings = cells(runs, name, COLUMNS)
        made = served[1][norm, sigma]
        assert settings == ["0.005", "0.1", "2.0", norm, sigma]
        assert [float(test), float(highest)] == pytest.approx([float(made["test_accuracy"]), float(made["best_val_accuracy"])], abs=1e-4)
        shown = row(runs, name).get_by_role("link", name=name, exact=True)
        assert not shown.evaluate(CUT), "the name is cut off"
    best = max(served[1].values(), key=lambda made: float(made["val_accuracy"]))
    test, highest, *settings = cells(runs, PARENT, COLUMNS)
    assert settings == ["0.005", "0.1", "2.0", "varies", "varies"]
    assert [float(test), float(highest)] == pytest.approx([float(best["test_accuracy"]), float(best["best_val_accuracy"])], abs=1e-4)
    ends = right_ends(runs, COLUMNS)
    assert ends == sorted(ends)
    table = runs.locator(".ag-root-wrapper").first.bounding_box()
    assert ends[-1] <= table["x"] + table["width"]
    picture(runs, "mlflow-runs")


def test_a_screen_of_1600_pixels_has_room_for_the_accuracies_beside_mlflow_s_own_panels(served, opened):
    page = opened(served[0], width=1600)
    row(page, RUNS[-1]).wait_for()
    panel = page.locator('[data-component-id="mlflow.assistant.chat_panel.close"]')
    panel.wait_for()
    left = page.get_by_text("MLflow Assistant").first.bounding_box()["x"]
    assert max(right_ends(page, COLUMNS[:2])) < left


def test_six_runs_are_compared_by_the_parameters_that_differ(compared, picture):
    plot = compared.locator(".js-plotly-plot").first
    plot.locator(".parcoords-line-layers canvas, .parcoords").first.wait_for(state="attached")
    drawn = plot.evaluate("plot => plot.data[0].dimensions.map((axis) => [axis.label, axis.values.length])")
    assert [label for label, _ in drawn[:2]] == ["init.sigma", "norm"]
    assert {count for _, count in drawn} == {len(RUNS)}
    picture(compared, "mlflow-compare")
    compared.get_by_role("switch", name="Parameters - Show diff only").click()
    parameters = compared.get_by_role("table").filter(has_text="init.sigma").first
    parameters.get_by_text("lam", exact=True).wait_for(state="detached")
    rows = [[cell.strip() for cell in line.split("\t")] for line in parameters.inner_text().splitlines() if line.strip()]
    assert {name for name, *_ in rows} == {"init.sigma", "norm", "norm.placement"}
    assert {name: sorted(set(values)) for name, *values in rows}["init.sigma"] == ["0.0001", "0.001", "0.1"]
    compared.set_viewport_size({"width": 1640, "height": 620})
    compared.get_by_text("Run details").evaluate("heading => heading.scrollIntoView()")
    picture(compared, "mlflow-parameters")


def test_the_cost_of_each_run_is_a_curve_of_the_comparison(compared, picture):
    compared.get_by_role("link", name="cost/train", exact=True).click()
    traces = compared.locator(".js-plotly-plot .scatterlayer .trace path.js-line")
    traces.nth(len(RUNS) - 1).wait_for(state="attached")
    curves = compared.locator(".js-plotly-plot").first.evaluate("plot => plot.data.map((trace) => [trace.name, trace.y.length])")
    assert sorted(set(map(tuple, curves))) == [(name, RECORDS) for name in RUNS]
    drawn = traces.evaluate_all("lines => lines.map((line) => [line.getAttribute('d'), line.getBoundingClientRect().width])")
    assert len({path for path, width in drawn if width > 300}) == len(RUNS)
    picture(compared, "mlflow-cost")


def test_a_plot_among_the_artifacts_is_drawn(runs, picture):
    runs.get_by_role("link", name=RUNS[0], exact=True).click()
    runs.get_by_role("tab", name="Artifacts").click()
    runs.get_by_text("plots", exact=True).click()
    runs.get_by_text("curves.png", exact=True).click()
    image = runs.get_by_role("img", name="plots/curves.png")
    image.wait_for()
    assert image.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 500
    assert image.bounding_box()["width"] > 300
    runs.set_viewport_size({"width": 1440, "height": 900})
    picture(runs, "mlflow-plot", runs.get_by_text("Path: file:"))


def test_the_sweep_has_its_members_and_a_note_of_what_came_out(served, runs, picture):
    runs.get_by_role("link", name=PARENT, exact=True).click()
    runs.get_by_text("Show more").click()
    places = runs.get_by_role("listitem").filter(has_text="validation")
    places.nth(len(RUNS) - 1).wait_for()
    accuracies = sorted((float(made["val_accuracy"]) for made in served[1].values()), reverse=True)
    assert [float(text.partition("validation ")[2].partition("%")[0]) for text in places.all_inner_texts()] == [
        pytest.approx(100 * accuracy, abs=0.005) for accuracy in accuracies
    ]
    runs.get_by_text("Train the best network alone: numlp train").wait_for()
    members = runs.get_by_role("link", name=re.compile("^mlp3-"))
    members.nth(len(RUNS) - 1).wait_for()
    assert sorted(members.all_inner_texts()) == RUNS
    runs.set_viewport_size({"width": 1440, "height": 700})
    picture(runs, "mlflow-sweep")
    members.first.click()
    runs.get_by_role("heading", name=re.compile("^mlp3-")).wait_for()
