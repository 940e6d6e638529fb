"""One run as one HTML file, which needs no network and no other file."""

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 840px; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .15em 1.2em .15em 0; border-bottom: 1px solid #ddd; text-align: left; }
td.number, th.number { text-align: right; }
figure { margin: 2em 0; }
img { max-width: 100%; height: auto; }
.quiet { color: #666; }
</style>
</head>
<body>
<h1>$title</h1>
<p>$about</p>
$parts
<p class="quiet">$origin</p>
</body>
</html>
""")


def build_page(title: str, about: str, parts: Sequence[str], origin: str) -> str:
    """The whole file.

    Args:
        title: With the data set's name.
        about: The run's settings in a line.
        parts: What `build_section` made, one below the other.
        origin: What the page was made from.
    """
    return PAGE.substitute(title=escape(title), about=escape(about), parts="\n".join(parts), origin=escape(origin))


def build_section(heading: str, content: str) -> str:
    """A heading, and below it what `build_table` or `build_figure` made."""
    return f"<h2>{escape(heading)}</h2>\n{content}"


def build_table(headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: bool = True) -> str:
    """A table, whose columns but the first are numbers and stand to the right, unless `numbers` is False."""
    kind = ' class="number"' if numbers else ""

    def row(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}{kind if place else ''}>{escape(cell)}</{tag}>" for place, cell in enumerate(cells)) + "</tr>"

    body = "\n".join(row(cells, "td") for cells in rows)
    return f"<table>\n<thead>{row(headings, 'th')}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def build_figure(path: Path, says: str) -> str:
    """A PNG, inside the page; `says` is read where it cannot be seen."""
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<figure><img src="data:image/png;base64,{data}" alt="{escape(says)}"></figure>'
