"""The console script: `numlp COMMAND [OVERRIDE ...]`."""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from importlib import import_module

from numlp.cli.commands import COMMANDS
from numlp.cli.parser import parse
from numlp.errors import UserError
from numlp.paths import enter_project, settle_addresses


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        One of `EXIT_CODES`.
    """
    words = list(sys.argv[1:] if argv is None else argv) or ["--help"]

    def body() -> int:
        settle_addresses()
        required = _needs_project(words[0], words[1:])
        with nullcontext() if words[0] == "init" else enter_project(required) as moved:
            if moved is not None and required:
                print(f"numlp: working in the project {moved}", file=sys.stderr)
            arguments = parse(words)
            entry = COMMANDS[arguments.command].entry if arguments.command else "numlp.cli.completion"
            return int(import_module(entry).run(arguments))

    return exit_code(f"numlp {words[0]}", body)


def exit_code(program: str, body: Callable[[], int]) -> int:
    """Run the body of a program; report errors of the input or the machine in one or two lines, and return the exit code."""
    try:
        try:
            return body()
        finally:
            sys.stdout.flush()  # which tells of a reader that has gone, also where argparse ends the program after --help
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
    except BrokenPipeError:  # of `numlp ... | head`, which is no error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains when it flushes at exit
        return 141
    except SystemExit as end:  # after --help, of a wrong argument, by SIGTERM
        return 141 if isinstance(end.__context__, BrokenPipeError) else int(end.code or 0)  # rich has met the pipe first
    except OSError as error:
        remedy = "; free space and run the same command again" if error.errno == errno.ENOSPC else ""
        print(f"error: {error.filename or program}: {error.strerror or error}{remedy}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"{program}: stopped", file=sys.stderr)
        return 130
    return 1


def _needs_project(command: str, rest: list[str]) -> bool:
    """Whether a command has no use outside a project."""
    return command in COMMANDS and COMMANDS[command].needs_project(rest) and not {"-h", "--help"} & set(rest)
