"""The steps of the site's build beyond MkDocs's plugins: formulas become MathML, and figures of reproduction/ come along.

`pymdownx.arithmatex` marks what stands between dollar signs, and `pymdownx.superfences` the fences of kind `math`; GitHub renders both.
MathML needs neither a script nor the network.
"""

import html
import re
from pathlib import Path
from typing import Any

from configuration import make_tables  # MkDocs adds the folder of its hooks to the path
from latex2mathml.converter import convert
from mkdocs.structure.files import File, Files, InclusionLevel

from numlp.cli.commands import COMMANDS, EXIT_CODES

FORMULA = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.DOTALL)


def on_files(files: Files, config: Any) -> Files:
    """Add the figures of reproduction/, where a link from the site finds them."""
    home = Path(config.docs_dir).parent
    where = (config.docs_dir, config.site_dir, config.use_directory_urls)
    for figure in sorted((home / "reproduction/figures").glob("*.png")):
        name = figure.relative_to(home).as_posix()
        files.append(File(f"../{name}", *where, dest_uri=name, inclusion=InclusionLevel.INCLUDED))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Take the tables of configuration keys, commands and exit codes from the code as it is now."""
    commands = "\n".join(["| command | purpose |", "|---|---|", *(f"| `{name}` | {each.about} |" for name, each in COMMANDS.items())])
    codes = "\n".join(["| exit code | meaning |", "|---|---|", *(f"| {code} | {text} |" for code, text in EXIT_CODES.items())])
    markdown = markdown.replace("<!-- commands -->", commands).replace("<!-- exit codes -->", codes)
    return markdown.replace("<!-- keys -->", make_tables()) if "<!-- keys -->" in markdown else markdown


def on_page_content(content: str, **_: Any) -> str:
    """Replace each marked formula of a page's HTML."""
    return FORMULA.sub(render, content)


def render(formula: re.Match[str]) -> str:
    """MathML of one formula: inline for round brackets, on a line of its own for square ones."""
    tag, bracket, tex = formula.groups()
    return f'<{tag} class="math">{convert(html.unescape(tex).strip(), display="block" if bracket == "[" else "inline")}</{tag}>'
