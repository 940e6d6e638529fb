"""What the help of a composed command says of the project: its choices, values and experiments."""

from collections.abc import Iterable
from pathlib import Path
from textwrap import fill

from numlp.config.compose import CONF, PARAMS, SET, read_params
from numlp.config.distinctions import plain
from numlp.config.naming import flatten

GROUPS = {
    "data": "the images",
    "split": "which of them train, which validate",
    "model": "widths of the layers",
    "norm": "batch norm, and where",
    "activation": "the function of each hidden unit",
    "init": "the initial weights",
    "optim": "the optimiser",
    "schedule": "the learning rate",
    "moments": "batch norm's, after training",
}
NOT_CHOSEN = ("defaults", "hydra", "stage")  # folders of conf/ for other files and for dvc.yaml


def describe() -> str:
    """What --help says of the choices and values that there are in the project of the current folder, or else in a new one."""
    root = Path.cwd()
    here = (root / PARAMS).exists() and (root / CONF).is_dir()
    from numlp.cli.init import template

    project = root if here else template()
    chosen, values = read_params(project)
    own = values.pop(SET)
    where = f"{PARAMS}'s are marked *" if here else "this folder is no project; those of a new one, by numlp init, are marked *"
    more = sorted(path.name for path in (project / CONF).iterdir() if path.is_dir() and path.name not in (*chosen, *NOT_CHOSEN))
    return "\n".join(
        [
            f"choices ({where}):",
            *(f"  {f'{key}=':<11} {_options(project, key, str(choice))}" for key, choice in chosen.items()),
            "",
            f"values (as in {PARAMS}; --cfg job prints all, those of the choices among them):",
            _wrapped(f"{key}={plain(str(value))}" for key, value in flatten({**values, **own}).items()),
            *(line for group in more for line in ("", f"to add, +{group}=NAME:", _wrapped(_names(project, group)))),
        ]
    )


def _names(project: Path, group: str) -> list[str]:
    return sorted(path.stem for path in (project / CONF / group).glob("*.yaml"))


def _options(project: Path, group: str, chosen: str) -> str:
    names = ", ".join(f"*{name}" if name == chosen else name for name in _names(project, group))
    return f"{names:<44}  {GROUPS[group]}" if group in GROUPS else names


def _wrapped(words: Iterable[str]) -> str:
    return fill(
        "  ".join(word.replace(" ", "") for word in words), 120, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
    )
