"""The report that is checked in says what the results that are checked in say."""

import json
import re
import shutil

import pytest

from budget import ROOT
from reproduction.report.inputs import fill_in, load_inputs
from reproduction.report.markdown import escape, table
from reproduction.report.write import build_report
from reproduction.results import COMMITTED

HOME = ROOT / "reproduction"
MEGABYTE = 2**20


@pytest.fixture(scope="module")
def inputs():
    """The results that are checked in."""
    return load_inputs(ROOT, COMMITTED)


@pytest.fixture(scope="module")
def report(inputs):
    """The report of these, and its plots."""
    return build_report(inputs)


@pytest.fixture
def copied(tmp_path):
    """A project's folder with the results and the experiments, to be changed."""
    shutil.copytree(HOME, tmp_path / "reproduction", ignore=shutil.ignore_patterns("figures", "report*"))
    shutil.copytree(ROOT / "conf" / "experiment", tmp_path / "conf" / "experiment")
    return tmp_path


def told(root):
    return build_report(load_inputs(root, COMMITTED))[0]


def explain(root, row, because, text):
    entry = {"title": "A title", "rows": [row], "because": because, "rests_on": "E16", "text": text}
    (root / "reproduction/explanations.yaml").write_text(json.dumps([entry]))


def one_seed(root):
    """Leave only the runs of the first seed."""
    for path in (root / COMMITTED).glob("[ex][0-9][0-9].csv"):
        head, *lines = path.read_text().splitlines()
        path.write_text("\n".join([head, *(line for line in lines if re.search(r",0,[01]\.", line))]) + "\n")


def test_committed_report_is_that_of_the_results(report):
    assert (HOME / "report.md").read_text() == report[0], "make it anew: python -m reproduction report committed"


def test_figures_are_those_of_the_report_and_small(report):
    text, plots = report
    files = {path.stem for path in (HOME / "figures").iterdir()}
    assert files == {plot.name for plot in plots} == set(re.findall(r'src="figures/(\w+)\.png"', text))
    assert sum(path.stat().st_size for path in (HOME / "figures").iterdir()) < 6 * MEGABYTE


def test_every_link_leads_to_a_section(report):
    sections = re.findall(r'<a id="(.*)"></a>', report[0])
    assert len(sections) == len(set(sections))
    assert set(re.findall(r"\]\(#(.*?)\)", report[0])) <= set(sections)


def test_every_row_was_measured_and_what_is_outside_is_explained_once(inputs, report):
    assert [score.published.id for score in inputs.scores if not score.values] == []
    assert inputs.unexplained([*(score.published.id for score in inputs.missed), *(finding.id for finding in inputs.unsettled)]) == []
    for score in inputs.missed:
        assert report[0].count(f"(#{inputs.explanation(score.published.id).anchor})") >= 2  # outside, and in its experiment
    assert not re.search("UNEXPLAINED|NOT MEASURED|NOT CHANCE|NOTHING SAID|REHEARSAL", report[0])
    assert [described.id for described in inputs.experiments if described.id[0] not in "ex"] == []  # the ladder is no part of it


def test_one_seed_has_no_interval_and_no_deviation(copied):
    one_seed(copied)
    rows = re.findall(r"^\| [EX]\d\d-\d\d \|.*$", told(copied), re.MULTILINE)
    assert len(rows) == 147
    for row in rows:
        cells = [cell.strip() for cell in row.split(" | ")]
        assert (cells[5], cells[6]) == ("1", "-")
        assert "±" not in cells[4]


def test_gaps_are_said_loudly(copied):
    (copied / "reproduction/explanations.yaml").write_text("[]\n")
    (copied / COMMITTED / "e03.csv").unlink()
    text = told(copied)
    assert "E03 was not measured" in text
    assert "NOT MEASURED: 6 published accuracies have no run: E03-01" in text
    loud = [line for line in text.splitlines() if line.startswith("**UNEXPLAINED")]
    assert len(loud) == 2
    assert "E11-01" in loud[0]
    assert "R0.7, " in loud[1]


def test_chance_that_no_seed_would_give_is_said_loudly(copied):
    explain(copied, "E11-*", "seeds", "Chance.")
    assert "NOT CHANCE: another seed of ours would not give what is laid to chance in E11-01, E11-02" in told(copied)


def test_a_figure_in_an_explanation_is_that_of_the_results(copied, inputs):
    explain(copied, "E11-01", "experiment", "It is {e16|test} (from {e16|test|range}, {e16|test|std}), or {x09 lam=1|val}.")
    one_seed(copied)
    path = copied / COMMITTED / "e16.csv"
    head, row = path.read_text().splitlines()
    cells = dict(zip(head.split(","), row.split(","), strict=True)) | {"test_accuracy": "0.4321"}
    path.write_text(f"{head}\n{','.join(cells.values())}\n")
    text = load_inputs(copied, COMMITTED).explanations[0].text
    assert text == "It is 43.21 (from 43.21 to 43.21, 43.21), or (not measured)."
    peak = fill_in("{x07 base=e09;norm=before;init.sigma=0.0001|peak}", inputs.measured)
    low, high = (float(value) for value in peak.split(" to "))
    assert 1e5 < low < 1e6 < high


def test_markup_in_text_is_escaped_but_for_code():
    assert escape("a_b [c] `d_e|f`") == r"a\_b \[c\] `d_e\|f`"
    assert table("a | b", [["x|y", ""]]) == "| a | b |\n|---|---|\n| x\\|y |  |"
