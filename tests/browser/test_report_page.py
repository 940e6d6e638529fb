"""The page that `numlp report` writes, as a browser shows it."""

import shutil
from pathlib import Path

import pytest

from browser.conftest import numlp

ROOT = Path(__file__).resolve().parents[2]
DRAWN = "[...document.images].every(image => image.complete && image.naturalWidth > 0)"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The report on the results in the repository."""
    folder = tmp_path_factory.mktemp("report")
    shutil.copytree(ROOT / "reproduction", folder / "reproduction")
    shutil.copytree(ROOT / "conf", folder / "conf")
    shutil.copy(ROOT / "params.yaml", folder)
    if not (folder / "reproduction" / "results" / "gradients.csv").exists():
        numlp(folder, "report", "gradients")
    numlp(folder, "report")
    return (folder / "reproduction" / "report.html").as_uri()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_it_fits_its_images_are_drawn_and_nothing_is_wrong(report, opened, picture, width, colours):
    page = opened(report, width=width, color_scheme=colours)
    page.wait_for_load_state("load")
    assert page.evaluate("document.images.length") > 0
    assert page.evaluate(DRAWN)
    assert page.evaluate(WIDER) <= 0
    assert page.wrong == []
    picture(page, f"report-{width}-{colours}")


def test_dark_and_light_differ(report, opened):
    background = "getComputedStyle(document.body).backgroundColor"
    assert len({opened(report, color_scheme=colours).evaluate(background) for colours in ("light", "dark")}) == 2


def test_its_contents_lead_to_places_that_are_there(report, opened):
    page = opened(report)
    links = page.locator("a[href^='#']").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert links
    assert [link for link in links if page.locator(f"[id='{link[1:]}']").count() != 1] == []


def test_a_table_sorts_by_the_column_that_is_clicked(report, opened):
    page = opened(report)
    heading = page.locator("table th:has(button), table[class*=sort] th, th[data-sort], th[role=button]").first
    table = heading.locator("xpath=ancestor::table")
    before = table.locator("tbody tr").all_inner_texts()
    target = heading.locator("button") if heading.locator("button").count() else heading
    target.click()
    target.click()
    after = table.locator("tbody tr").all_inner_texts()
    assert sorted(before) == sorted(after)
    assert before != after
    assert page.wrong == []
