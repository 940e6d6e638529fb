"""What --help prints: the commands, and for a composed command the choices, values and experiments of the project with examples."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import fill

from numlp.cli.commands import COMMANDS
from numlp.cli.init import template
from numlp.config.compose import CONF, PARAMS, SET, written
from numlp.config.naming import flattened

GROUPS = {
    "data": "the images",
    "split": "which of them train, which validate",
    "model": "widths of the layers",
    "norm": "batch norm, and where",
    "init": "the initial weights",
    "optim": "the optimiser",
    "schedule": "the learning rate",
    "moments": "batch norm's, after training",
}
NOT_CHOSEN = ("defaults", "hydra", "stage")  # folders of conf/ for other files and for dvc.yaml
EXAMPLES = {
    "train": (
        "numlp train model=mlp9 norm=none lam=0.001      one run, in outputs/",
        "numlp train -m norm=none,before init=he,xavier  a run of each combination, in multirun/",
        "numlp train model.hidden=[100,50] optim=adam schedule.eta_max=0.01",
        "numlp train +experiment=e01_three_layers        an experiment of the reports",
        "numlp train --cfg job                           what would run",
    ),
    "gradcheck": (
        "numlp gradcheck                                 the reports' networks, a sample of each parameter's entries",
        "numlp gradcheck gradcheck.entries=all           every entry, which takes minutes",
        "numlp gradcheck model.hidden=[20,20] norm=after",
    ),
}
FLAGS = (
    "-m, --multirun   a run of each combination of choices that are lists: KEY=A,B",
    "--cfg job        print the composed choices, and run nothing; --cfg hydra prints Hydra's own",
    "--hydra-help     all of Hydra's flags",
)


def commands() -> str:
    """The text of `numlp --help`."""
    return "\n".join(
        [
            "usage: numlp COMMAND [ARGUMENT ...]",
            "",
            "Stages of the pipeline; arguments are choices and values, KEY=VALUE (numlp train --help lists them):",
            *_rows({name: command.about for name, command in COMMANDS.items() if command.composed}),
            "",
            "Other commands (numlp COMMAND --help):",
            *_rows({name: command.about for name, command in COMMANDS.items() if not command.composed}),
            "",
            "Examples:",
            "  numlp init demo && cd demo && numlp run      a project, and its pipeline",
            *(f"  {line}" for line in EXAMPLES["train"]),
            f"  {EXAMPLES['gradcheck'][-1]}",
            "",
            'Also: numlp --version; eval "$(numlp -sc install=bash)" completes commands and choices (zsh: bash too; fish: install=fish).',
            "Exit codes: 0 done, 1 an error that one line tells, 2 a command or a flag that is not there, 130 Ctrl-C, 143 SIGTERM.",
        ]
    )


def composed(command: str, root: Path) -> str:
    """The text of `numlp COMMAND --help` for a composed command: the choices there are in the project `root`, or else in a new one."""
    here = (root / PARAMS).exists() and (root / CONF).is_dir()
    project = root if here else template()
    chosen, values = written(project)
    own = values.pop(SET)
    where = f"{PARAMS}'s are marked *" if here else "this folder is no project; those of a new one, by numlp init, are marked *"
    more = sorted(path.name for path in (project / CONF).iterdir() if path.is_dir() and path.name not in (*chosen, *NOT_CHOSEN))
    return "\n".join(
        [
            f"usage: numlp {command} [KEY=VALUE ...] [FLAG ...]: {COMMANDS[command].about}",
            "",
            f"Choices ({where}):",
            *_rows({key: _options(project, key, str(choice)) for key, choice in chosen.items()}, "="),
            "",
            f"Values (as in {PARAMS}; --cfg job prints all, those of the choices among them):",
            _wrapped(f"{key}={'null' if value is None else value}" for key, value in flattened({**values, **own}).items()),
            *(line for group in more for line in ("", f"To add, +{group}=NAME:", _wrapped(_names(project, group)))),
            "",
            "Flags:",
            *(f"  {line}" for line in FLAGS),
            "",
            "Examples:",
            *(f"  {line}" for line in EXAMPLES.get(command, (f"numlp {command}",))),
        ]
    )


def _rows(texts: Mapping[str, str], mark: str = "") -> list[str]:
    return [f"  {name + mark:<11} {text}" for name, text in texts.items()]


def _names(project: Path, group: str) -> list[str]:
    return sorted(path.stem for path in (project / CONF / group).glob("*.yaml"))


def _options(project: Path, group: str, chosen: str) -> str:
    names = ", ".join(f"*{name}" if name == chosen else name for name in _names(project, group))
    return f"{names:<44}  {GROUPS[group]}" if group in GROUPS else names


def _wrapped(words: Iterable[str]) -> str:
    return fill(
        "  ".join(word.replace(" ", "") for word in words), 120, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
    )
