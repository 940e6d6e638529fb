"""The command line as argparse reads it: a sub-parser for each command, of which one alone imports a module to have its arguments."""

import argparse
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any, NoReturn

from numlp import __version__, paths
from numlp.cli.commands import COMMANDS, EXAMPLES, EXIT_CODES, examples

MODEL = paths.TRAIN / paths.MODEL  # the pipeline's model; --model stands for another one unless it is this very object


class Parser(argparse.ArgumentParser):
    """An argument parser with errors of one line.

    Attributes:
        details: The text that --help shows after the description.
    """

    details: Callable[[], str] = str

    def flags(self) -> list[str]:
        """All flags, in their long form."""
        return [text for action in self._actions for text in action.option_strings if text.startswith("--")]

    def print_help(self, file: Any = None) -> None:
        """Print the help with the details; argparse's own method hides that the reader has closed the pipe."""
        self.description = "\n\n".join(filter(None, (self.description, self.details())))
        print(self.format_help(), end="", file=file)

    def error(self, message: str) -> NoReturn:
        """End with 2."""
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, f"invalid choice: {value!r}{_did_you_mean(value, action.choices)}")


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Read a command line; a composed command's has its `words` too.

    Raises:
        SystemExit: --help or --version is printed, or an error told: the code is 0 or 2.
    """
    parser, own = parsers(words[0])
    arguments, others = parser.parse_known_args(words)
    if "overrides" in arguments:
        arguments.overrides += [text for text in others if not text.startswith("-")]  # those after a flag
        others, arguments.words = [text for text in others if text.startswith("-")], words[1:]
    if others:
        own.error(f"unrecognized argument {others[0]}{_did_you_mean(others[0], own.flags())}")
    return arguments


def parsers(name: str) -> tuple[Parser, Parser]:
    """The parser of all commands, and the parser of the command `name`; for an unknown name the first one twice."""
    parser = own = Parser("numlp", usage="numlp COMMAND [ARGUMENT ...]", formatter_class=argparse.RawDescriptionHelpFormatter)
    codes = "\n".join(f"  {code:<4} {meaning}" for code, meaning in EXIT_CODES.items())
    parser.epilog = f"{examples('init', 'train')}\n\nexit codes:\n{codes}"
    parser.add_argument("-V", "--version", action="version", version=f"numlp {__version__}")
    text = "The commands from download to gradcheck take settings, KEY=VALUE; numlp train --help lists the settings."
    commands = parser.add_subparsers(title="commands", description=text, dest="command", metavar="COMMAND", prog="numlp", required=True)
    for known, command in COMMANDS.items():
        layout = argparse.RawDescriptionHelpFormatter if known in EXAMPLES else argparse.HelpFormatter
        sub = commands.add_parser(known, help=command.about, description=command.sentence, epilog=examples(known), formatter_class=layout)
        if known == name:
            getattr(import_module(command.entry), "add_arguments", lambda parser: None)(sub)
            own = sub
    return parser, own


def needs_project(arguments: argparse.Namespace) -> bool:
    """Whether a command cannot run outside a project with these arguments."""
    needs = COMMANDS[arguments.command].needs
    return needs == "project" or (needs == "model" and arguments.model is MODEL)


def add_model(parser: argparse.ArgumentParser) -> None:
    """Declare --model, a file that is the pipeline's by default."""
    text = "a model.npz file (default: %(default)s, the pipeline's model)"
    parser.add_argument("--model", type=paths.from_user, default=MODEL, help=text)


def _did_you_mean(text: str, known: Iterable[object]) -> str:
    from numlp.config.hydra_errors import did_you_mean  # it imports Hydra

    return did_you_mean(text, map(str, known))
