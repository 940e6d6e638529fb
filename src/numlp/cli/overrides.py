"""The project's settings for the help of a composed command: config groups, values and experiments."""

from collections.abc import Iterable
from pathlib import Path
from textwrap import fill

from numlp.config.compose import CONF, PARAMS, SET, read_params
from numlp.config.distinctions import plain
from numlp.config.naming import flatten

GROUPS = {
    "data": "data set",
    "split": "training and validation images",
    "model": "widths of the layers",
    "norm": "batch norm: before or after the activation",
    "activation": "activation function of the hidden units",
    "init": "initial weights",
    "optim": "optimizer",
    "schedule": "learning-rate schedule",
    "moments": "batch norm's running statistics",
}
NOT_CHOSEN = ("defaults", "hydra", "stage")  # folders of conf/ for other files and for dvc.yaml


def describe() -> str:
    """The settings of the project in the current directory, or else of a new project."""
    root = Path.cwd()
    here = (root / PARAMS).exists() and (root / CONF).is_dir()
    from numlp.cli.init import template

    project = root if here else template()
    chosen, values = read_params(project)
    own = values.pop(SET)
    where = f"* marks the option of {PARAMS}" if here else "this directory is no project; * marks the option of a new project"
    more = sorted(path.name for path in (project / CONF).iterdir() if path.is_dir() and path.name not in (*chosen, *NOT_CHOSEN))
    return "\n".join(
        [
            f"config groups ({where}):",
            *(f"  {f'{key}=':<11} {_options(project, key, str(choice))}" for key, choice in chosen.items()),
            "",
            f"values (as in {PARAMS}; --cfg job prints all, with those of the config groups):",
            _wrapped(f"{key}={plain(str(value))}" for key, value in flatten({**values, **own}).items()),
            *(line for group in more for line in ("", f"config group to add with +{group}=NAME:", _wrapped(_names(project, group)))),
        ]
    )


def _names(project: Path, group: str) -> list[str]:
    return sorted(path.stem for path in (project / CONF / group).glob("*.yaml"))


def _options(project: Path, group: str, chosen: str) -> str:
    names = ", ".join(f"*{name}" if name == chosen else name for name in _names(project, group))
    return f"{names:<56}  {GROUPS[group]}" if group in GROUPS else names


def _wrapped(words: Iterable[str]) -> str:
    return fill(
        "  ".join(word.replace(" ", "") for word in words), 120, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
    )
