"""The one exception that is meant for the user, and the text of the others."""

import re


class UserError(ValueError):
    """A message for the user: the place, the rule and the value found, in one or two lines.

    The command line prints it without a traceback and exits with 1. Anything else that is raised is a defect.
    """


def require(condition: bool, where: str, rule: str, **values: object) -> None:
    """Raise `UserError("where: need rule, got name=value")` unless `condition` holds."""
    if not condition:
        found = ", ".join(f"{name}={value!r}" for name, value in values.items())
        raise UserError(f"{where}: need {rule}" + (f", got {found}" if found else ""))


def one_line(error: BaseException) -> str:
    """The kind and the first line of an error, without passwords in addresses, at most 300 characters."""
    first = next(iter(str(error).splitlines()), "")
    return without_password(f"{type(error).__name__}: {first}")[:300]


def without_password(text: str) -> str:
    """`text` with `//user:password@` as `//` wherever it is part of an address."""
    return re.sub(r"//[^/@\s]*@", "//", text)
