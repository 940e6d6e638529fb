"""The console script: `numlp COMMAND [OVERRIDE ...]`."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

from numlp.cli.commands import COMMANDS
from numlp.errors import UserError
from numlp.paths import enter_project


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0; 1 for an error that is the input's or the machine's, told in one or two lines; 2 for an unknown command;
        130 and 143 after Ctrl-C and SIGTERM; 141 when what reads the output has gone.
    """
    command, *rest = argv if argv is not None else sys.argv[1:] or ["--help"]

    def body() -> int:
        required = _needs_project(command, rest)
        with nullcontext() if command == "init" else enter_project(required) as moved:
            if moved is not None and required:
                print(f"numlp: working in the project {moved}", file=sys.stderr)
            return _run(command, rest)

    return exit_code(f"numlp {command}", body)


def exit_code(program: str, body: Callable[[], int]) -> int:
    """Run the body of a program; errors that are the input's or the machine's are told in one or two lines, and are codes."""
    try:
        code = body()
        sys.stdout.flush()
        return code
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
    except BrokenPipeError:  # of `numlp ... | head`, which is no error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains when it flushes at exit
        return 141
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # rich has met it first, and wants to end with 1
            return 141
        raise
    except OSError as error:
        print(f"error: {error.filename or program}: {error.strerror or error}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"{program}: stopped", file=sys.stderr)
        return 130
    return 1


def _needs_project(command: str, rest: list[str]) -> bool:
    """Whether a command has no use outside a project."""
    model_alone = command in ("predict", "export") and "--model" in rest
    return command in COMMANDS and command != "doctor" and not model_alone and not {"-h", "--help"} & set(rest)


def _run(name: str, rest: list[str]) -> int:
    if name in ("-h", "--help", "--version"):
        return _about(name)
    if name in ("-sc", "--shell-completion"):
        from numlp.cli import completion

        return completion.main(rest)
    command = COMMANDS.get(name)
    if command is None:
        from numlp.config.hydra_errors import did_you_mean

        print(f"numlp: no command {name!r}{did_you_mean(name, COMMANDS)} (numlp --help lists them)", file=sys.stderr)
        return 2
    if not command.composed:
        return int(command.load().main(rest))
    if {"-h", "--help"} & set(rest):
        from numlp.cli import usage

        print(usage.composed(name, Path.cwd()))
        return 0
    from numlp.cli.launch import launch

    return launch(name, rest)


def _about(flag: str) -> int:
    """Print the version, or the commands."""
    if flag == "--version":
        from numlp import __version__

        print(f"numlp {__version__}")
    else:
        from numlp.cli import usage

        print(usage.commands())
    return 0
