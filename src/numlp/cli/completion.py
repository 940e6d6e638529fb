"""`numlp -sc install=SHELL` and what the shell then asks: Hydra's own completion, told that the first word is a command."""

import os
import re
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from numlp.cli.commands import COMMANDS
from numlp.errors import UserError, require

ASKED = "numlp -sc"
FLAGS = ("--help", "--version")
TAKE_RUNS = ("compare", "health")  # by their names
STAGE_FLAGS = ("--help", "--multirun", "--cfg", "--hydra-help")


def main(arguments: Sequence[str]) -> int:
    """Print the shell's code for `install=` and `uninstall=`, and for `query=` what can stand at the end of COMP_LINE.

    Raises:
        UserError: `arguments` ask for something else.
    """
    from hydra.core.plugins import Plugins
    from hydra.plugins.completion_plugin import CompletionPlugin

    shells = {kind.provides(): kind for kind in Plugins.instance().discover(CompletionPlugin) if issubclass(kind, CompletionPlugin)}
    match = re.fullmatch(r"(install|uninstall|query)=(\w+)", " ".join(arguments))
    known = match is not None and match[2] in shells
    require(known, ASKED, f"install=SHELL, uninstall=SHELL or query=SHELL of {', '.join(sorted(shells))}", arguments=list(arguments))
    assert match is not None
    what, shell = match.groups()
    if what == "query":
        words = candidates(os.environ.get("COMP_LINE", ""))
        print(("\n" if shell == "fish" else " ").join(words))
        return 0
    sys.argv = ["numlp"]  # the name that the shell completes
    getattr(shells[shell](None), what)()  # type: ignore[arg-type]  # its code does not depend on a config
    return 0


def candidates(line: str) -> list[str]:
    """What can stand in place of the last word of `line`, which begins with numlp; of choices, nothing outside a project."""
    words = [*line.split(), *([""] if line.endswith(" ") else [])]
    last = words[-1] if len(words) > 1 else ""
    if len(words) <= 2:
        return [name for name in (*COMMANDS, *FLAGS) if name.startswith(last)]
    command = COMMANDS.get(words[1])
    if command is None:
        return []
    if not command.composed:
        return [word for word in _of_tool(words[1], last) if word.startswith(last)]
    if last.startswith("-"):
        return [flag for flag in STAGE_FLAGS if flag.startswith(last)]
    return _of_hydra(words[1], words[2:])


def _of_tool(tool: str, last: str) -> list[str]:
    """The flags that a tool's own help names, where the last word is one; else the names of runs, for tools that take them."""
    if not last.startswith("-"):
        from numlp.tracking import run_names

        return run_names(Path.cwd()) if tool in TAKE_RUNS else []
    said = StringIO()
    try:
        with redirect_stdout(said), redirect_stderr(StringIO()):
            COMMANDS[tool].load().main(["--help"])
    except (UserError, SystemExit):  # one without flags
        pass
    return sorted(set(re.findall(r"--[a-z][a-z-]*", said.getvalue())))


def _of_hydra(command: str, words: Sequence[str]) -> list[str]:
    """Hydra's answer for the words after the command, without what is no choice: schemas, and groups that only a + adds."""
    from numlp.cli.launch import launch
    from numlp.config.compose import CONF, choices

    os.environ["COMP_LINE"] = " ".join(["numlp", *words])
    answer = StringIO()
    try:
        chosen, _ = choices(Path.cwd())
        with redirect_stdout(answer), redirect_stderr(StringIO()):
            launch(command, ["-sc", "query=bash"])
    except (UserError, SystemExit):  # no project here, or half a choice: a shell shows no errors while one types
        return []
    others = {path.name for path in Path(CONF).iterdir()} - set(chosen)
    return [word for word in answer.getvalue().split() if not word.endswith("_schema") and word.partition("=")[0] not in others]
