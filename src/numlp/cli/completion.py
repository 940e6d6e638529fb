"""`numlp -sc install=SHELL` and what the shell then asks: Hydra's own completion, told that the first word is a command."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from numlp.cli.commands import COMMANDS
from numlp.cli.parser import parse, parsers
from numlp.errors import UserError, require


def run(arguments: argparse.Namespace) -> int:
    """Print the shell's code for `install=` and `uninstall=`, and for `query=` what can stand at the end of COMP_LINE.

    Raises:
        UserError: The argument is something else.
    """
    from hydra.core.plugins import Plugins
    from hydra.plugins.completion_plugin import CompletionPlugin

    shells = {kind.provides(): kind for kind in Plugins.instance().discover(CompletionPlugin) if issubclass(kind, CompletionPlugin)}
    action, _, shell = str(arguments.shell_completion).partition("=")
    known = action in ("install", "uninstall", "query") and shell in shells
    expected = f"install=SHELL, uninstall=SHELL or query=SHELL, where SHELL is one of {', '.join(sorted(shells))}"
    require(known, "numlp -sc", expected, argument=arguments.shell_completion)
    if action == "query":
        words = candidates(os.environ.get("COMP_LINE", ""))
        print(("\n" if shell == "fish" else " ").join(words))
        return 0
    sys.argv = ["numlp"]  # the name that the shell completes
    getattr(shells[shell](None), action)()  # type: ignore[arg-type]  # its code does not depend on a config
    return 0


def candidates(line: str) -> list[str]:
    """What can stand in place of the last word of `line`, which begins with numlp; of choices, nothing outside a project."""
    words = [*line.split(), *([""] if line.endswith(" ") else [])]
    last = words[-1] if len(words) > 1 else ""
    _, parser = parsers(words[1] if len(words) > 2 else "")
    if len(words) <= 2:
        known = [*COMMANDS, *parser.flags()]
    elif words[1] not in COMMANDS:
        return []
    elif last.startswith("-"):
        known = parser.flags()
    elif COMMANDS[words[1]].composed:
        return _of_hydra(words[1], words[2:])
    else:
        from numlp.tracking import run_names

        known = run_names(Path.cwd()) if any(action.metavar == "RUN" for action in parser._actions) else []
    return [word for word in known if word.startswith(last)]


def _of_hydra(command: str, words: Sequence[str]) -> list[str]:
    """Hydra's answer for the words after the command, without what is no choice: schemas, and groups that only a + adds."""
    from numlp.cli import launch
    from numlp.config.compose import CONF, read_choices

    os.environ["COMP_LINE"] = " ".join(["numlp", *words])
    answer = StringIO()
    try:
        chosen, _ = read_choices(Path.cwd())
        with redirect_stdout(answer), redirect_stderr(StringIO()):
            launch.run(parse([command, "-sc", "query=bash"]))
    except (UserError, SystemExit):  # no project here, or half a choice: a shell shows no errors while one types
        return []
    others = {path.name for path in Path(CONF).iterdir()} - set(chosen)
    return [word for word in answer.getvalue().split() if not word.endswith("_schema") and word.partition("=")[0] not in others]
