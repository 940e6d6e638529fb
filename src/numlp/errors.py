"""The one exception that is meant for the user, the text of others, and the rules of values that configs and objects share."""

import math
import re


class UserError(ValueError):
    """A message for the user: the place, the rule and the value found, in one or two lines.

    The command line prints it without a traceback and exits with 1. Anything else that is raised is a defect.

    Examples:
        >>> import numlp
        >>> try:
        ...     network = numlp.Network((3072,))
        ... except numlp.UserError as error:
        ...     print(error)
        network: need two or more sizes, each at least 1, got sizes=[3072]
    """


def require(condition: bool, where: str, rule: str, **values: object) -> None:
    """Raise `UserError("where: need rule, got name=value")` unless `condition` holds."""
    if not condition:
        found = ", ".join(f"{name}={value!r}" for name, value in values.items())
        raise UserError(f"{where}: need {rule}" + (f", got {found}" if found else ""))


def require_positive(where: str, **value: float) -> None:
    """Raise UserError unless a value is finite and above 0."""
    require(all(0 < number < math.inf for number in value.values()), where, "a number > 0", **value)


def require_fraction(where: str, **value: float) -> None:
    """Raise UserError unless a value, such as the weight of an old mean, is at least 0 and below 1."""
    require(all(0 <= number < 1 for number in value.values()), where, "a number >= 0 and < 1", **value)


def require_decay(where: str, **value: float) -> None:
    """Raise UserError unless a value, such as a factor after each epoch, is above 0 and at most 1."""
    require(all(0 < number <= 1 for number in value.values()), where, "a number > 0 and <= 1", **value)


def require_count(where: str, **value: int) -> None:
    """Raise UserError unless a value is at least 1."""
    require(all(number >= 1 for number in value.values()), where, "a whole number >= 1", **value)


def require_rates(where: str, eta_min: float, eta_max: float) -> None:
    """Raise UserError unless two learning rates are finite, above 0 and in order."""
    require(0 < eta_min <= eta_max < math.inf, where, "0 < eta_min <= eta_max", eta_min=eta_min, eta_max=eta_max)


def one_line(error: BaseException) -> str:
    """The kind and the first line of an error, without passwords in addresses, at most 300 characters."""
    first = next(iter(str(error).splitlines()), "")
    return without_password(f"{type(error).__name__}: {first}")[:300]


def without_password(text: str) -> str:
    """`text` with `//user:password@` as `//` wherever it is part of an address."""
    return re.sub(r"//[^/@\s]*@", "//", text)
