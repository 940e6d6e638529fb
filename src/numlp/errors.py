"""The one exception that is meant for the user."""


class UserError(ValueError):
    """A message for the user: the place, the rule and the value found, in one or two lines.

    The command line prints it without a traceback and exits with 1. Anything else that is raised is a defect.
    """


def require(condition: bool, where: str, rule: str, **values: object) -> None:
    """Raise `UserError("where: need rule, got name=value")` unless `condition` holds."""
    if not condition:
        found = ", ".join(f"{name}={value!r}" for name, value in values.items())
        raise UserError(f"{where}: need {rule}" + (f", got {found}" if found else ""))
