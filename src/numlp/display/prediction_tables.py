"""What `numlp predict` prints or writes."""

import json
from collections.abc import Sequence

from rich.console import Group
from rich.progress_bar import ProgressBar
from rich.text import Text

from numlp.arrays import Array
from numlp.display.text import plain_table
from numlp.files import csv_text

SHOWN = 3  # classes
BAR = 30  # characters


def to_csv(titles: Sequence[str], names: Sequence[str], probabilities: Array) -> str:
    """A row per image: file, class, its probability, and the probability of each class.

    Args:
        titles: The N images' names.
        names: The K classes' names.
        probabilities: (N, K) as fractions.
    """
    rows = zip(titles, probabilities.tolist(), strict=True)
    return csv_text(["file", "class", "probability", *names], ([title, names[p.index(max(p))], max(p), *p] for title, p in rows))


def to_json(titles: Sequence[str], names: Sequence[str], probabilities: Array) -> str:
    """A list with an object per image: file, class, its probability, and the probabilities by class.

    The arguments are those of `to_csv`.
    """
    rows = [
        {"file": title, "class": names[p.index(max(p))], "probability": max(p), "probabilities": dict(zip(names, p, strict=True))}
        for title, p in zip(titles, probabilities.tolist(), strict=True)
    ]
    return json.dumps(rows, indent=2) + "\n"


def tabulate_top_classes(title: str, names: Sequence[str], probabilities: Array) -> Group:
    """Lay out the likeliest classes with bars.

    Args:
        title: The image's name.
        names: The K classes' names.
        probabilities: (K,) as fractions.

    Returns:
        What a rich console prints.
    """
    table = plain_table()
    table.show_header = False
    table.add_column(min_width=max(map(len, names)))
    for i in (-probabilities).argsort(kind="stable")[:SHOWN]:
        share = float(probabilities[i])
        bar = ProgressBar(total=1, completed=share, width=BAR, finished_style="bar.complete")
        table.add_row(Text(names[i]), Text(f"{100 * share:5.1f} %"), bar)
    return Group(Text(title, style="bold"), table)  # Texts: brackets in a name are no markup
