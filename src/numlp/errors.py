"""The one exception that is meant for the user, other exceptions as one line, and the rules of values that configs and objects share."""

import difflib
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


class UserError(ValueError):
    """An error of the input or the machine. Its message says the problem, the value and, where it is not obvious, the remedy.

    The command line prints the message, one or two lines, without a traceback and exits with 1. Any other exception is a defect.

    Examples:
        >>> import numlp
        >>> try:
        ...     network = numlp.Network((3072,))
        ... except numlp.UserError as error:
        ...     print(error)
        network: expected a sequence of two or more whole numbers of at least 1, got [3072]
    """


def require(condition: bool, where: str, expected: str, remedy: str = "", /, **values: object) -> None:
    """Raise `UserError("where: expected ..., got ...; remedy")` unless `condition` holds; only several values have their names."""
    if condition:
        return
    shown = {name: _as_written(value) for name, value in values.items()}
    got = ", ".join(shown.values() if len(shown) == 1 else (f"{name}={text}" for name, text in shown.items()))
    raise UserError(f"{where}: expected {expected}" + (f", got {got}" if got else "") + (f"; {remedy}" if remedy else ""))


def _as_written(value: object) -> str:
    """A value as the command line and YAML files have it."""
    words = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else repr(value).removesuffix(".0")


@dataclass(frozen=True)
class Rule:
    """A condition on a value, and its text behind `expected`."""

    holds: Callable[[Any], bool]
    text: str

    def require(self, where: str, **values: Any) -> None:
        """Raise UserError unless the rule holds for each of the values."""
        require(all(map(self.holds, values.values())), where, self.text, **values)


POSITIVE = Rule(lambda x: 0 < x < math.inf, "a number above 0")
NOT_NEGATIVE = Rule(lambda x: 0 <= x < math.inf, "a number of at least 0")
FRACTION = Rule(lambda x: 0 <= x < 1, "a number of at least 0 and below 1")  # e.g. the weight of an old mean
DECAY = Rule(lambda x: 0 < x <= 1, "a number above 0 and at most 1")  # e.g. a factor per epoch
LENGTH = Rule(lambda x: 0 < x <= 1e6, "a number above 0 and at most 1000000")  # number of epochs or cycles, so that updates can be counted


def require_rates(where: str, eta_min: float, eta_max: float) -> None:
    """Raise UserError unless two learning rates are finite, above 0 and in order."""
    require(0 < eta_min <= eta_max < math.inf, where, "0 < eta_min <= eta_max", eta_min=eta_min, eta_max=eta_max)


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """'; did you mean x?' when one of `names` is close to `name`, else an empty text."""
    close = difflib.get_close_matches(name, list(names), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def one_line(error: BaseException) -> str:
    """The kind and the first line of an error, without passwords in addresses, at most 300 characters."""
    first = next(iter(str(error).splitlines()), "")
    return without_password(f"{type(error).__name__}: {first}")[:300]


def without_password(text: str) -> str:
    """`text` with `//user:password@` as `//` wherever it is part of an address."""
    return re.sub(r"//[^/@\s]*@", "//", text)
