"""A headless Chromium, and pages of it that note what goes wrong in them."""

import os
import shutil
from pathlib import Path

import pytest

CHROMIUM = Path(os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECONDS = 60


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def chromium():
    """The browser; without Playwright or Chromium the tests are skipped, and say what is missing."""
    api = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install -c constraints.txt -e '.[browser]'")
    if not CHROMIUM.exists() and "CI" not in os.environ:  # there its absence is an error
        pytest.skip(f"needs {CHROMIUM}: apt-get install chromium, or CHROMIUM=where it is")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium):
    """Open an address in a page of its own; `page.wrong` are the errors of its console and its scripts."""
    contexts = []

    def open_page(address, width=1440, height=900, **settings):
        contexts.append(chromium.new_context(viewport={"width": width, "height": height}, **settings))
        page = contexts[-1].new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.wrong = []
        page.on("console", lambda message: page.wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def picture(tmp_path_factory):
    """Keep a screenshot in the folder that SCREENSHOTS names, else in a temporary one."""
    folder = Path(os.environ["SCREENSHOTS"]) if "SCREENSHOTS" in os.environ else tmp_path_factory.mktemp("pictures")

    def keep(page, name):
        page.screenshot(path=str(folder / f"{name}.png"), animations="disabled")

    return keep
