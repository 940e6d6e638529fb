"""The entries of explanations.yaml: how rows of the reports are read, and why some lie outside the tolerance or some claims do not hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import cast

from omegaconf import ListConfig

from numlp.data.normalise import Name
from reproduction.measured import Measured, NoDataError
from reproduction.results import HOME
from reproduction.settings import read_yaml
from reproduction.significance import estimate

EXPLANATIONS = HOME / "explanations.yaml"


@dataclass
class Explanation:
    """A paragraph of a report's page, whose id is its anchor: an entry of explanations.yaml, which describes the fields."""

    id: str
    title: str
    text: str
    short: str = ""
    rows: list[str] = field(default_factory=list)
    silent: bool = False

    @property
    def report(self) -> str:
        """The report, R0 to R4, in whose page it stands."""
        return self.id[:2].upper()


def read_explanations(path: Path) -> list[Explanation]:
    """Read explanations.yaml.

    Raises:
        UserError: The file is missing or has other fields.
    """
    entries: list[Explanation] = read_yaml(path, ListConfig([], element_type=Explanation))
    return entries


def find_explanation(row: str, explanations: Sequence[Explanation]) -> Explanation | None:
    """The first explanation that covers a row or a claim."""
    return next((one for one in explanations if any(fnmatchcase(row, pattern) for pattern in one.rows)), None)


def complete(explanation: Explanation, measured: Measured) -> Explanation:
    """The explanation with the results in its texts."""
    return replace(explanation, short=fill_in(explanation.short, measured), text=fill_in(explanation.text, measured))


def fill_in(text: str, measured: Measured) -> str:
    """The text with the results in it, so that it cannot say others.

    `{e16|test}` or `{x03 schedule.half_cycle_epochs=4|test}` stands for the mean of that run in per cent, or for "(not measured)"; with
    `|std` for mean and standard deviation over the seeds, with `|range` for the lowest and the highest seed. `{e16|peak}` stands for the
    highest recorded training cost, from the lowest to the highest seed.
    """

    def figure(match: re.Match[str]) -> str:
        try:
            if match["split"] == "peak":
                histories = measured.recorded(match["run"]).histories.values()
                peaks = [max(record.train_cost for record in records) for records in histories]
                return f"{min(peaks):.1e} to {max(peaks):.1e}".replace("e+0", "e").replace("e+", "e")
            values = measured.run(match["run"]).accuracies(cast(Name, match["split"]))
        except NoDataError:
            return "(not measured)"
        if match["form"] == "range":
            return f"{min(values):.2f} to {max(values):.2f}"
        ours = estimate(values)
        return f"{ours.mean:.2f} ± {ours.std:.2f}" if match["form"] == "std" and ours.n > 1 else f"{ours.mean:.2f}"

    pattern = r"\{(?P<run>[ex]\d\d[^|}]*)\|(?P<split>train|val|test|peak)(\|(?P<form>range|std))?\}"
    return re.sub(pattern, figure, " ".join(text.split()))
