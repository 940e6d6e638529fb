"""The pages that are checked in say what the results that are checked in say, and so do the pages that quote them."""

import re
import shutil
from statistics import mean, stdev

import pytest
from worlds import metrics

from budget import ROOT
from numlp.data.normalise import SPLITS
from reproduction.explanations import fill_in
from reproduction.measured import Measured, Run
from reproduction.report.inputs import load_inputs
from reproduction.report.markdown import escape, slug, table
from reproduction.report.write import FIGURES, PAGES, build_report
from reproduction.results import COMMITTED


@pytest.fixture(scope="module")
def inputs():
    return load_inputs(ROOT, COMMITTED)


@pytest.fixture(scope="module")
def report(inputs):
    return build_report(inputs)


@pytest.fixture
def copied(tmp_path):
    shutil.copytree(ROOT / "reproduction", tmp_path / "reproduction", ignore=shutil.ignore_patterns("figures"))
    shutil.copytree(ROOT / "conf" / "experiment", tmp_path / "conf" / "experiment")
    return tmp_path


def accuracy_rows(pages):
    """The cells of each row of a published accuracy."""
    lines = [line for text in pages.values() for line in text.partition("## Accuracies")[2].partition("## Reasons")[0].splitlines()]
    return [line.strip("| ").split(" | ") for line in lines if re.search(r"\| \d+ \w+(, \w+)* \|", line)]


def test_committed_pages_are_those_of_the_results(report):
    committed = {path.name: path.read_text() for path in (ROOT / PAGES).iterdir()}
    assert committed == report[0], "make them anew: python -m reproduction report committed"


def test_pages_are_short(report):
    words = {name: len(text.split()) for name, text in report[0].items()}
    assert words["index.md"] <= 1_500
    assert sum(words.values()) <= 14_000
    assert not re.search("<[a-z]", "".join(report[0].values()))


def test_figures_are_those_of_the_pages_and_small(report):
    pages, plots = report
    files = {path.stem for path in (ROOT / FIGURES).iterdir()}
    assert files == {plot.name for plot in plots} == set(re.findall(r"figures/(\w+)\.png\)", "".join(pages.values())))
    assert sum(path.stat().st_size for path in (ROOT / FIGURES).iterdir()) < 2**21


def test_every_link_leads_to_a_heading(report):
    headings = {name: [slug(title) for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)] for name, text in report[0].items()}
    for name, text in report[0].items():
        assert len(set(headings[name])) == len(headings[name])
        for page, anchor in re.findall(r"\]\(([\w.]*)#(.*?)\)", text):
            assert anchor in headings[page or name], anchor


def test_every_row_was_measured_and_what_is_not_within_is_explained(inputs, report):
    rows = accuracy_rows(report[0])
    assert len(rows) == 147
    assert all(row[-1] == "within" or re.fullmatch(r"\*\*.*\*\*: \[.*\]\(.*#.*\)", row[-1]) for row in rows)
    assert not re.search("NOT MEASURED|NOTHING SAID|REHEARSAL", "".join(report[0].values()))
    assert {row.stated.published.reading for row in inputs.board.rows} - {""} <= {explanation.id for explanation in inputs.explanations}
    asked = {described.report for described in inputs.experiments if described.id[0] in "ex"}
    assert asked == set(inputs.entries)


def test_one_seed_has_no_interval_and_no_deviation(copied):
    for path in (copied / COMMITTED).glob("[ex][0-9][0-9].csv"):
        head, *lines = path.read_text().splitlines()
        path.write_text("\n".join([head, *(line for line in lines if re.search(r",0,[01]\.", line))]) + "\n")
    rows = accuracy_rows(build_report(load_inputs(copied, COMMITTED))[0])
    assert len(rows) == 147
    assert all(row[3].startswith("1 ") for row in rows)
    assert not any("±" in row[2] for row in rows)


def test_gaps_are_said_loudly(copied):
    (copied / "reproduction/explanations.yaml").write_text("[]\n")
    (copied / COMMITTED / "e03.csv").unlink()
    pages = build_report(load_inputs(copied, COMMITTED))[0]
    assert "E03 was not measured" in pages["r0.md"]
    assert "NOT MEASURED: 6 published accuracies have no run: E03-01" in pages["index.md"]
    assert re.search(r"NOTHING SAID.*E11-01.*R0\.7, ", pages["index.md"])


def test_a_figure_in_an_explanation_is_that_of_the_results(inputs):
    measured = Measured([Run("e16", "single", {seed: metrics({"test": value}) for seed, value in enumerate((43.0, 44.0))})])
    text = fill_in("It is {e16|test} (from {e16|test|range}, {e16|test|std}), or {x09 lam=1|val}.", measured)
    assert text == "It is 43.50 (from 43.00 to 44.00, 43.50 ± 0.71), or (not measured)."
    low, high = map(float, fill_in("{x07 base=e09;norm=before;init.sigma=0.0001|peak}", inputs.measured).split(" to "))
    assert 1e5 < low < 1e6 < high


def test_markup_in_text_is_escaped_but_for_code_and_links():
    assert escape("a_b [c] `d_e|f` [g](h_i)") == r"a\_b \[c\] `d_e\|f` [g](h_i)"
    assert table("a | b", [["x|y", ""]]) == "| a | b |\n|---|---|\n| x\\|y |  |"


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md", "docs/decisions/0015-faults-and-readings.md"])
def test_headline_is_that_of_the_results(page, inputs):
    assert inputs.board.headline in " ".join((ROOT / page).read_text().split())


@pytest.mark.parametrize(("page", "digits"), [("README.md", 1), ("docs/tutorial.md", 2)])
def test_quoted_accuracies_are_those_of_runs(page, digits, inputs):
    """Mean and standard deviation, and the lowest and the highest of the seeds."""
    text = (ROOT / page).read_text().partition("[The ladder]")[0]
    values = [run.accuracies(split) for run in inputs.measured.runs for split in SPLITS if len(run.rows) > 1]
    ours = {f"{mean(v):.{digits}f} ± {stdev(v):.{digits}f}" for v in values} | {f"{min(v):.2f} to {max(v):.2f} %" for v in values}
    quoted = set(re.findall(r"\d+\.\d+ ± \d+\.\d+|\d+\.\d\d to \d+\.\d\d %", text))
    assert len(quoted) >= 5
    assert quoted <= ours


def test_differences_in_the_tutorial_are_those_of_means(inputs):
    text = " ".join((ROOT / "docs/tutorial.md").read_text().split())
    tests = {f"{run.experiment} {run.key}": mean(run.accuracies("test")) for run in inputs.measured.runs if not run.own}
    he, xavier = (tests[f"{name} norm=before"] - tests[f"{name} norm=none"] for name in ("e02", "e04"))
    assert f"{he:.1f} (He) and {xavier:.1f} (Xavier) percentage points lower" in text
    assert f"nine layers lie {tests['e01 norm=before'] - tests['e02 norm=before']:.1f} percentage points below three" in text
    fine = [value for name, value in tests.items() if name.startswith("e07")]
    assert f"lie between {min(fine):.2f} and {max(fine):.2f}" in text
