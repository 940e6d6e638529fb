"""The console script: `numlp COMMAND [ARGUMENT ...]`."""

import argparse
import errno
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from getpass import getuser
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from numlp import __version__
from numlp.cli.commands import COMMANDS, EXAMPLES, EXIT_CODES, MODEL
from numlp.errors import UserError, did_you_mean
from numlp.paths import enter_project, require_project, settle_addresses


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        One of `EXIT_CODES`.
    """
    words = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    settle_process()
    with reporting(f"numlp {words[0]}") as ending:
        settle_addresses()
        command = COMMANDS.get(words[0])
        with nullcontext() if command is not None and command.needs == "nothing" else enter_project() as project:
            arguments = parse(words)
            assert command is not None  # else the arguments are wrong, or ask for help
            if command.needs == "project" or (command.needs == "model" and arguments.model is MODEL):
                require_project(Path.cwd())
                if project is not None:
                    tell(f"numlp: working in the project {project}")
            ending.code = arguments.run(arguments)
    return ending.code


@dataclass
class Ending:
    """The exit code of a program."""

    code: int = 0


@contextmanager
def reporting(program: str) -> Iterator[Ending]:
    """Run the body of a program; report errors of the input or the machine in one or two lines, and set the exit code."""
    ending = Ending()
    try:
        try:
            yield ending
        except UserError as error:
            ending.code = 1
            tell(f"error: {error}")
        except SystemExit as end:  # after --help, after a wrong argument, by SIGTERM
            if isinstance(end.__context__, BrokenPipeError):  # rich has met the pipe first
                raise end.__context__ from None
            ending.code = int(end.code or 0)
        except BrokenPipeError:
            raise
        except OSError as error:
            ending.code = 1
            if error.filename is None:
                sys.stdout.flush()  # which raises the same error where the standard output is what is full
            remedy = "; free space and run the same command again" if error.errno == errno.ENOSPC else ""
            if error.errno == errno.ENOENT and error.filename is None:
                remedy = "; the current directory was removed: go to another one"
            tell(f"error: {error.filename or program}: {error.strerror or error}{remedy}")
        except MemoryError as error:
            ending.code = 1
            tell(f"error: {program}: not enough memory: {error}")
        except KeyboardInterrupt:
            ending.code = 130
            tell(f"{program}: stopped")
        sys.stdout.flush()  # which tells of a reader that has gone, also where argparse ends the program after --help
        return
    except BrokenPipeError:  # the reader has gone, as in `numlp ... | head`, which is no error
        ending.code = 141
    except OSError as error:
        ending.code = 1
        tell(f"error: {program}: cannot write to the standard output: {error.strerror}")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains when it flushes at exit


def exit_code(program: str, body: Callable[[], int]) -> int:
    """Run the body of a program, as `reporting`; give its exit code."""
    with reporting(program) as ending:
        ending.code = body()
    return ending.code


def tell(line: str) -> None:
    """Print a line on the standard error, or nothing where that cannot be written."""
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)


class Parser(argparse.ArgumentParser):
    """An argument parser with errors of one line."""

    def print_help(self, file: Any = None) -> None:
        """Print the help; argparse's own method hides that it cannot be written."""
        print(self.format_help(), end="", file=file)

    def error(self, message: str) -> NoReturn:
        """End with 2."""
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Read the arguments of a command, and keep its name, its function and all its words.

    Raises:
        SystemExit: --help or --version was printed, or an error was told: the code is 0 or 2.
    """
    name, *rest = words
    layout = argparse.RawDescriptionHelpFormatter
    if (command := COMMANDS.get(name)) is None:
        parser, rest = Parser("numlp", "numlp COMMAND [ARGUMENT ...]", formatter_class=layout, epilog=overview()), list(words)
        parser.add_argument("-V", "--version", action="version", version=f"numlp {__version__}")
        if not name.startswith("-"):
            parser.error(f"invalid command: {name!r}{did_you_mean(name, COMMANDS)}")
    else:
        module = import_module("numlp.cli.launch" if command.composed else command.module)
        about = f"{command.about[0].upper()}{command.about[1:]}."
        parser = Parser(f"numlp {name}", description=about, formatter_class=layout, epilog=EXAMPLES.get(name, ""))
        parser.set_defaults(command=name, run=module.run, words=rest)
        getattr(module, "add_arguments", lambda parser: None)(parser)
    arguments, others = parser.parse_known_intermixed_args(rest)
    if others or command is None:
        word, flags = (others or words)[0], re.findall(r"^  (?:-\w.*?, )?(--[a-z-]+)", parser.format_help(), re.MULTILINE)
        parser.error(f"unrecognized argument {word}{did_you_mean(word, flags)}")
    return arguments


def overview() -> str:
    """The commands, examples and exit codes, for `numlp --help`."""
    commands = [f"  {name:<10} {command.about}" for name, command in COMMANDS.items()]
    composed = ", ".join(name for name, command in COMMANDS.items() if command.composed)
    note = f"Arguments of {composed} are settings, KEY=VALUE; numlp train --help lists the settings."
    codes = [f"  {code:<4} {meaning}" for code, meaning in EXIT_CODES.items()]
    return "\n".join(["commands:", *commands, "", note, "", EXAMPLES["init"], EXAMPLES["train"], "", "exit codes:", *codes])


def settle_process() -> None:
    """Make a command independent of what a notebook or a batch system has set for other programs.

    A character that a terminal lacks is escaped; a user without a name gets one, as in containers; figures are drawn to files.
    """
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")
    try:
        getuser()
    except (KeyError, OSError):  # MLflow and DVC would stop
        os.environ["USER"] = f"user{os.getuid()}"
    os.environ["MPLBACKEND"] = "agg"
