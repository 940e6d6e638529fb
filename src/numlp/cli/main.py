"""The console script: `numlp COMMAND [OVERRIDE ...]`."""

import errno
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from getpass import getuser
from importlib import import_module
from pathlib import Path

from numlp.cli.commands import COMMANDS
from numlp.cli.parser import needs_project, parse
from numlp.errors import UserError
from numlp.paths import current_folder, enter_project, find_project, no_project, settle_addresses


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        One of `EXIT_CODES`.
    """
    words = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    _settle_process()

    def body() -> int:
        settle_addresses()
        with nullcontext() if words[0] == "init" else enter_project() as moved:
            arguments = parse(words)
            if needs_project(arguments) and find_project(current_folder()) is None:
                raise no_project(current_folder())
            if moved is not None and needs_project(arguments):
                _tell(f"numlp: working in the project {moved}")
            entry = COMMANDS[arguments.command].entry
            return int(import_module(entry).run(arguments))

    return exit_code(f"numlp {words[0]}", body)


def exit_code(program: str, body: Callable[[], int]) -> int:
    """Run the body of a program; report errors of the input or the machine in one or two lines, and return the exit code."""
    try:
        code = _code(program, body)
        sys.stdout.flush()  # which tells of a reader that has gone, also where argparse ends the program after --help
        return code
    except BrokenPipeError:  # the reader has gone, as in `numlp ... | head`, which is no error
        code = 141
    except OSError as error:
        _tell(f"error: {program}: cannot write to the standard output: {error.strerror}")
        code = 1
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains when it flushes at exit
    return code


def _code(program: str, body: Callable[[], int]) -> int:
    try:
        return body()
    except UserError as error:
        _tell(f"error: {error}")
    except BrokenPipeError:
        raise
    except SystemExit as end:  # after --help, after a wrong argument, by SIGTERM
        if isinstance(end.__context__, BrokenPipeError):  # rich has met the pipe first
            raise end.__context__ from None
        return int(end.code or 0)
    except OSError as error:
        if error.filename is None:
            sys.stdout.flush()  # which raises the same error where the standard output is what is full
        remedy = "; free space and run the same command again" if error.errno == errno.ENOSPC else ""
        _tell(f"error: {error.filename or program}: {error.strerror or error}{remedy}")
    except MemoryError as error:
        _tell(f"error: {program}: not enough memory: {error}")
    except KeyboardInterrupt:
        _tell(f"{program}: stopped")
        return 130
    return 1


def _tell(line: str) -> None:
    """Print a line on the standard error, or nothing where that cannot be written."""
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def _settle_process() -> None:
    """Make a command independent of what a notebook or a batch system has set for other programs.

    * A standard stream that is closed goes to the null device; no file or database may get its number.
    * A character that the terminal's encoding does not have is escaped.
    * Warnings of libraries are no errors (PYTHONWARNINGS=error), here and in child processes.
    * A user without a home has the root folder as one, as in containers, and one without a name has that of his number.
    * Figures are drawn to files, whatever MPLBACKEND names.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, number)
            if null > 2:
                os.close(null)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")
    if any(option.partition(":")[0] == "error" for option in sys.warnoptions):
        warnings.resetwarnings()
        warnings.simplefilter("ignore")
        os.environ["PYTHONWARNINGS"] = "ignore"
    try:
        Path.home()
    except RuntimeError:  # neither HOME nor an entry in the password database; MLflow and DVC would stop
        os.environ["HOME"] = os.sep
    try:
        getuser()
    except (KeyError, OSError):
        os.environ["USER"] = f"user{os.getuid()}"
    os.environ["MPLBACKEND"] = "agg"
