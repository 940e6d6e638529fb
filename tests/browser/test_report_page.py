"""The report that is checked in, as a person sees it: wide and narrow, light and dark."""

import json
import math
from pathlib import Path

import pytest

PAGE = (Path(__file__).resolve().parents[2] / "reproduction" / "report.html").as_uri()
WIDTHS = (390, 1440)
LEAST = 4.5  # of the text's contrast: WCAG 2.2, success criterion 1.4.3

DRAWN = """
    async () => {
        const images = [...document.images];
        for (const image of images) image.loading = "eager";
        await Promise.all(images.map((image) => image.decode().catch(() => null)));
        return images.map((image) => [image.alt, image.naturalWidth, image.getBoundingClientRect().width]);
    }"""

TOO_WIDE = """
    () => [...document.querySelectorAll("main *, header *, nav *")]
        .filter((element) => element.closest(".scroll, pre") === null && element.getBoundingClientRect().right > innerWidth + 0.5)
        .map((element) => element.outerHTML.slice(0, 80))"""

# Of each element that has text of its own: its colour against the nearest background that is drawn.
CONTRASTS = """
    () => {
        const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
        const light = (colour) => {
            const [r, g, b] = parts(colour).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ground = (element) => {
            const colour = getComputedStyle(element).backgroundColor;
            return parts(colour)[3] === 0 ? ground(element.parentElement) : colour;
        };
        const own = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
        const found = {};
        for (const element of document.body.querySelectorAll("*:not(script, .anchor)")) {
            if (!own(element)) continue;
            const pair = [getComputedStyle(element).color, ground(element)];
            const [low, high] = pair.map(light).sort((a, b) => a - b);
            found[pair.join(" on ")] = (high + 0.05) / (low + 0.05);
        }
        return found;
    }"""

BROKEN = """
    (cells) => {
        const lines = (cell) => {
            const range = document.createRange();
            range.selectNodeContents(cell);
            const boxes = [...range.getClientRects()];
            return Math.max(...boxes.map((box) => box.top)) - Math.min(...boxes.map((box) => box.top));
        };
        return cells.filter((cell) => lines(cell) > 8).map((cell) => cell.innerText);
    }"""


@pytest.fixture(params=[(width, scheme) for width in WIDTHS for scheme in ("light", "dark")], ids=lambda case: f"{case[0]}-{case[1]}")
def shown(request, opened, picture):
    """The report at one width, in one scheme."""
    width, scheme = request.param
    page = opened(PAGE, width=width, color_scheme=scheme)
    picture(page, f"report-{width}-{scheme}")
    return page


def test_every_image_is_drawn_and_the_console_is_silent(shown):
    images = shown.evaluate(DRAWN)
    assert len(images) > 50
    assert [alt for alt, natural, width in images if natural == 0 or width < 200 or not alt] == []
    assert shown.wrong == []


def test_nothing_is_wider_than_the_page_but_in_boxes_that_scroll(shown):
    assert shown.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert shown.evaluate(TOO_WIDE) == []
    boxes = shown.locator(".scroll")
    overflow = boxes.evaluate_all("boxes => boxes.map((box) => [box.scrollWidth > box.clientWidth, getComputedStyle(box).overflowX])")
    assert {how for wide, how in overflow if wide} <= {"auto"}
    assert shown.viewport_size["width"] > 1000 or any(wide for wide, _ in overflow)


def test_text_stands_out_from_what_is_behind_it(shown):
    found = shown.evaluate(CONTRASTS)
    assert len(found) >= 5
    assert {pair: round(contrast, 2) for pair, contrast in found.items() if contrast < LEAST} == {}


def test_light_and_dark_are_what_they_are_called(opened):
    grounds = [
        opened(PAGE, color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor") for scheme in ("light", "dark")
    ]
    light, dark = (sum(json.loads(ground.replace("rgb(", "[").replace(")", "]"))) for ground in grounds)
    assert light > 3 * 230
    assert dark < 3 * 50


@pytest.mark.parametrize("width", WIDTHS)
def test_the_contents_lead_to_their_places(opened, width):
    page = opened(PAGE, width=width)
    links = page.locator("nav a")
    targets = links.evaluate_all("links => links.map((link) => link.hash)")
    assert len(targets) > 30
    assert page.evaluate("targets => targets.filter((id) => document.querySelectorAll(id).length !== 1)", targets) == []
    for place in (1, len(targets) // 2, len(targets) - 3):
        links.nth(place).click()
        title = page.locator(targets[place]).get_by_role("heading").first
        assert 0 <= title.bounding_box()["y"] < 120, targets[place]
        assert title.inner_text().removesuffix("#").strip() == links.nth(place).text_content()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_click_on_a_head_sorts_a_table_and_another_turns_it_around(opened, width):
    page = opened(PAGE, width=width)
    table = page.locator("#scoreboard table").first
    head = table.get_by_role("columnheader", name="largest difference")
    values = "table => [...table.tBodies[0].rows].map((row) => Number(row.cells[5].dataset.sort))"
    before = table.evaluate(values)
    assert -math.inf in before  # an experiment of plots alone
    head.get_by_role("button").click()
    assert table.evaluate(values) == sorted(before) != before
    assert head.get_attribute("aria-sort") == "ascending"
    head.get_by_role("button").click()
    assert table.evaluate(values) == sorted(before, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_number_stays_on_its_line(opened, width):
    """1.2e-07 or 53.17 ± 0.22 in two lines is read as two numbers."""
    page = opened(PAGE, width=width)
    cells = page.locator("td.short")
    assert cells.count() > 500
    assert cells.evaluate_all(BROKEN) == []


def test_a_box_that_scrolls_can_be_reached_by_the_keyboard(opened):
    page = opened(PAGE, width=390)
    boxes = page.locator(".scroll").evaluate_all("boxes => boxes.map((box) => [box.tabIndex, box.getAttribute('role'), box.ariaLabel])")
    assert {(order, role) for order, role, _ in boxes} == {(0, "region")}
    assert all(label for _, _, label in boxes)
