"""From the document to Markdown, and to one HTML page that needs no network."""

import html
import math
import re
from collections.abc import Callable, Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reproduction.report.document import Cell, Document


def render_markdown(document: Document) -> str:
    """The report as Markdown; its images are files in `figures/`."""
    # Markdown is not escaped as HTML: the filter `md` does what it needs. The page of `html` escapes by itself.
    environment = Environment(loader=_loader(), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)  # noqa: S701
    environment.filters |= {"md": escape_markdown, "attribute": html.escape}
    return re.sub(r"\n{3,}", "\n\n", environment.get_template("report.md.j2").render(document=document)).strip() + "\n"


def render_page(document: Document, images: Mapping[str, str]) -> str:
    """The report as one HTML page.

    Args:
        document: What it says.
        images: The address of each image, a data URI, by name.
    """
    environment = Environment(loader=_loader(), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True)
    environment.filters |= {"inline": escape_html, "order": _order}
    return environment.get_template("report.html.j2").render(document=document, images=images)


def escape_markdown(text: str) -> str:
    """Escape what Markdown or a table's cell would read as markup, but for code between backticks."""
    return _inline(text, lambda plain: re.sub(r"([\\*_\[\]<>|#])", r"\\\1", plain), lambda code: f"`{code}`".replace("|", r"\|"))


def escape_html(text: str) -> Markup:
    """Escape for HTML, but for code between backticks."""
    # Both parts of the text are escaped: what is left as markup is <code> alone.
    return Markup(_inline(text, html.escape, lambda code: f"<code>{html.escape(code)}</code>"))  # noqa: S704


def _inline(text: str, plain: Callable[[str], str], code: Callable[[str], str]) -> str:
    parts = text.split("`")
    return "".join(code(part) if i % 2 else plain(part) for i, part in enumerate(parts))


def _order(cell: Cell) -> str:
    """What the page's script sorts a column by; it reads a number that is not finite only as Infinity."""
    if isinstance(cell.sort, float) and math.isinf(cell.sort):
        return "Infinity" if cell.sort > 0 else "-Infinity"
    return cell.text if cell.sort is None else str(cell.sort)


def _loader() -> PackageLoader:
    return PackageLoader("reproduction.report", "templates")
