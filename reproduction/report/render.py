"""The document as Markdown."""

import html
import re
from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined

from reproduction.report.document import Document


def render_markdown(document: Document) -> str:
    """The report as Markdown; its images are files in `figures/`."""
    # Markdown is not escaped as HTML: the filter `md` does what it needs.
    environment = Environment(loader=_loader(), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)  # noqa: S701
    environment.filters |= {"md": escape_markdown, "attribute": html.escape}
    return re.sub(r"\n{3,}", "\n\n", environment.get_template("report.md.j2").render(document=document)).strip() + "\n"


def escape_markdown(text: str) -> str:
    """Escape what Markdown or a table's cell would read as markup, but for code between backticks."""
    return _inline(text, lambda plain: re.sub(r"([\\*_\[\]<>|#])", r"\\\1", plain), lambda code: f"`{code}`".replace("|", r"\|"))


def _inline(text: str, plain: Callable[[str], str], code: Callable[[str], str]) -> str:
    parts = text.split("`")
    return "".join(code(part) if i % 2 else plain(part) for i, part in enumerate(parts))


def _loader() -> PackageLoader:
    return PackageLoader("reproduction.report", "templates")
