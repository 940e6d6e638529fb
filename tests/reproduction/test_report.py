"""The report that is checked in says what the results that are checked in say."""

import csv
import json
import shutil

import pytest
from rehearsal import ROOT

from reproduction.readings import count_rows
from reproduction.report.contents import build_report
from reproduction.report.document import Figures, Table, Text, iterate_blocks
from reproduction.report.inputs import fill_in, load_inputs
from reproduction.report.render import render_markdown
from reproduction.results import COMMITTED

HOME = ROOT / "reproduction"
MEGABYTE = 2**20


@pytest.fixture(scope="module")
def made():
    """The document and its plots, made anew from the results that are checked in."""
    return build_report(load_inputs(ROOT, COMMITTED))


@pytest.fixture
def copied(tmp_path):
    """A project's folder with the results and the experiments, to be changed."""
    shutil.copytree(HOME, tmp_path / "reproduction", ignore=shutil.ignore_patterns("figures", "report*"))
    shutil.copytree(ROOT / "conf" / "experiment", tmp_path / "conf" / "experiment")
    return tmp_path


def told(root):
    return render_markdown(build_report(load_inputs(root, COMMITTED))[0])


def changed(path, old, new):
    text = path.read_text()
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1))


def _test_accuracy(root, experiment):
    with (root / "reproduction" / "results" / f"{experiment}.csv").open(newline="") as file:
        return next(csv.DictReader(file))["test_accuracy"]


def one_seed(root):
    """Leave only the runs of the first seed."""
    for path in (root / "reproduction" / "results").glob("[ex][0-9][0-9].csv"):
        with path.open(newline="") as file:
            head, *rows = list(csv.reader(file))
        lines = [head, *(row for row in rows if row[2] == "0")]
        with path.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)


def test_the_report_as_markdown_says_what_the_results_say(made):
    assert (HOME / "report.md").read_text() == render_markdown(made[0]), "make it anew"


def test_its_figures_are_those_that_it_shows_and_all_is_small(made):
    files = {path.stem for path in (HOME / "figures").iterdir()}
    assert files == {plot.name for plot in made[1]}
    size = sum(path.stat().st_size for path in [*(HOME / "figures").iterdir(), HOME / "report.md"])
    assert size < 6 * MEGABYTE


def test_every_row_outside_is_explained_and_every_row_was_measured(made):
    inputs = load_inputs(ROOT, COMMITTED)
    assert inputs.unexplained([score.published.id for score in inputs.missed]) == []
    assert [score.published.id for score in inputs.scores if not score.values] == []


def test_a_result_that_changes_changes_the_report(copied, made):
    changed(copied / "reproduction/results/e01.csv", _test_accuracy(copied, "e01"), "0.123")
    assert told(copied) != render_markdown(made[0])


def test_a_published_figure_that_changes_changes_the_report(copied, made):
    changed(copied / "reproduction" / "published.csv", ",52.96,", ",53.96,")
    assert told(copied) != render_markdown(made[0])


def test_one_seed_has_no_interval_and_no_deviation(copied):
    one_seed(copied)
    document, _ = build_report(load_inputs(copied, COMMITTED))
    compared = [
        block for block in iterate_blocks(document) if isinstance(block, Table) and "95 % interval" in block.head and "id" in block.head
    ]
    assert sum(len(table.rows) for table in compared) == 147
    for table in compared:
        for row in table.rows:
            cells = dict(zip(table.head, (cell.text for cell in row), strict=True))
            assert (cells["n"], cells["95 % interval"]) == ("1", "-")
            assert "±" not in cells["ours"]


def test_a_row_outside_without_an_explanation_is_said_loudly(copied):
    (copied / "reproduction" / "explanations.yaml").write_text("[]\n")
    document, _ = build_report(load_inputs(copied, COMMITTED))
    loud = [block.text for block in iterate_blocks(document) if isinstance(block, Text) and block.mark == "bad"]
    assert any(text.startswith("UNEXPLAINED") and "E11-01" in text for text in loud)


def test_an_experiment_without_results_is_said_to_be_missing(copied):
    (copied / "reproduction" / "results" / "e03.csv").unlink()
    text = told(copied)
    assert "E03 was not measured" in text
    assert "NOT MEASURED: 6 published accuracies have no run: E03-01" in text


def test_a_figure_in_an_explanation_is_that_of_the_results(copied):
    entry = (
        "- title: A title\n  rows: [E11-01]\n  because: experiment\n  rests_on: E16\n"
        "  text: It is {e16|test} (from {e16|test|range}, {e16|test|std}), or {x09 lam=1|val}.\n"
    )
    (copied / "reproduction" / "explanations.yaml").write_text(entry)
    one_seed(copied)
    changed(copied / "reproduction/results/e16.csv", _test_accuracy(copied, "e16"), "0.4321")
    assert load_inputs(copied, COMMITTED).explanations[0].text == "It is 43.21 (from 43.21 to 43.21, 43.21), or (not measured)."


def test_what_is_laid_to_chance_though_no_seed_would_give_it_is_said_loudly(copied, made):
    assert "NOT CHANCE" not in render_markdown(made[0])
    entry = "- title: Luck\n  rows: [E11-*]\n  because: seeds\n  rests_on: nothing\n  text: Chance.\n"
    (copied / "reproduction" / "explanations.yaml").write_text(entry)
    assert "NOT CHANCE: another seed of ours would not give what is laid to chance in E11-01, E11-02" in told(copied)


def test_every_contradicted_claim_has_its_reason_and_one_without_is_said_loudly(copied, made):
    assert "are contradicted, and nobody has said why" not in render_markdown(made[0])
    (copied / "reproduction" / "explanations.yaml").write_text("[]\n")
    lines = [line for line in told(copied).splitlines() if "are contradicted, and nobody has said why" in line]
    assert len(lines) == 1
    assert "R0.7, " in lines[0]


def test_no_reason_is_printed_twice_and_each_row_outside_links_to_its_own(made):
    document, inputs = made[0], load_inputs(ROOT, COMMITTED)
    texts = [block.text for block in iterate_blocks(document) if isinstance(block, Text)]
    given = [text for text in texts if text in {explanation.text for explanation in inputs.explanations}]
    assert len(given) == len(set(given)) > 10
    page = (HOME / "report.md").read_text()
    for score in inputs.missed:
        assert page.count(f"(#{inputs.explanation(score.published.id).anchor})") >= 2  # outside, and in its experiment
    assert page.count('<a id="why-') == len(given)


def test_the_first_page_has_both_counts_and_both_pictures(made):
    first = made[0].sections[0]
    counts = next(block for block in first.blocks if isinstance(block, Table) and "as stated" in block.head)
    total = count_rows(load_inputs(ROOT, COMMITTED).choices.values())
    cells = [[cell.text for cell in row[1:]] for row in counts.rows]
    pairs = ((total.within, total.supported_within), (total.held, total.supported_held))
    assert cells == [[f"{stated} of 147", f"{supported} of 147"] for stated, supported in pairs]
    images = [image.name for block in first.blocks if isinstance(block, Figures) for image in block.images]
    assert images == ["overview", "overview_supported", "e11_log"]


def test_highest_costs_in_an_explanation_are_those_of_the_records(made):
    text = fill_in("{x07 base=e09;norm=before;init.sigma=0.0001|peak}", load_inputs(ROOT, COMMITTED).measured)
    low, high = (float(value) for value in text.split(" to "))
    assert 1e5 < low < 1e6 < high


def test_the_ladder_is_no_part_of_the_report(made):
    assert not [described.id for described in load_inputs(ROOT, COMMITTED).experiments if described.id[0] not in "ex"]


def test_tutorial_gives_no_interval_for_a_gain():
    """Five seeds on one machine are too few: the same gain on other seeds has lain outside such an interval."""
    assert "interval" not in (ROOT / "docs/tutorial.md").read_text()


def test_title_of_a_rehearsal_names_its_overrides(copied, made):
    path = copied / COMMITTED / "provenance.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "overrides": ["train.epochs=0.02"]}))
    title = build_report(load_inputs(copied, COMMITTED))[0].title
    assert "REHEARSAL" in title
    assert "train.epochs=0.02" in title
    assert "REHEARSAL" not in made[0].title
