"""Render the formulas of docs/*.md as MathML when MkDocs builds the site, so that pages need neither a script nor the network.

`pymdownx.arithmatex` marks what stands between dollar signs, and `pymdownx.superfences` the fences of kind `math`; GitHub renders both.
"""

import html
import re
from typing import Any

from latex2mathml.converter import convert

MARKED = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.DOTALL)


def on_page_content(content: str, **_: Any) -> str:
    """Replace each marked formula of a page; MkDocs calls this hook with the page's HTML."""
    return MARKED.sub(render, content)


def render(formula: re.Match[str]) -> str:
    """MathML of one formula: inline for round brackets, on a line of its own for square ones."""
    tag, bracket, tex = formula.groups()
    return f'<{tag} class="math">{convert(html.unescape(tex).strip(), display="block" if bracket == "[" else "inline")}</{tag}>'
