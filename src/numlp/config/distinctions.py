"""Which settings tell runs apart, beside what their names tell already."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress

ABSENT = ""  # in place of a setting that a run does not have
LENGTH = ("train.epochs", "train.cycles")  # of the run, which the table has in epochs


def find_distinctions(names: Sequence[str], params: Sequence[Mapping[str, str]]) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The settings that differ between the runs and that neither their names nor their epochs tell.

    Args:
        names: Of the runs.
        params: Their settings, as MLflow has them: `norm` is the option of a config group, `norm.eps` a value below it.

    Returns:
        The values that more than half of the runs have, and the others of each run.
    """
    keys = [key for key in dict.fromkeys(key for one in params for key in one) if key not in LENGTH and _differs(key, params)]
    values = {key: Counter(one.get(key, ABSENT) for one in params) for key in keys if not _told(key, names, params)}
    common = {key: counts.most_common(1)[0] for key, counts in values.items()}
    usual = {key: value for key, (value, n) in common.items() if 2 * n > len(params)}
    own = [{key: rounded(one[key]) for key in values if key in one and one[key] != usual.get(key)} for one in params]
    return {key: rounded(value) for key, value in usual.items() if value != ABSENT}, own


def plain(value: str) -> str:
    """A value as the command line takes it."""
    return {"None": "null", "True": "true", "False": "false"}.get(value, value.replace(", ", ","))


def rounded(value: str) -> str:
    """A value for people: a number with four digits."""
    try:
        return f"{float(value):.4g}"
    except ValueError:
        return plain(value)


def _differs(key: str, params: Sequence[Mapping[str, str]]) -> bool:
    """Whether runs differ in `key`; in a value below a group, whether runs with the same option of the group do."""
    group = key.partition(".")[0]
    values: dict[str, set[str]] = {}
    for one in params:
        option = one.get(group, ABSENT) if group != key else ABSENT
        values.setdefault(option, set()).add(one.get(key, ABSENT))
    return any(len(found) > 1 for found in values.values())


def _told(key: str, names: Sequence[str], params: Sequence[Mapping[str, str]]) -> bool:
    """Whether all values but one, the usual one, are parts of the names: 0.01 of `lam` as in mlp3-none-he-lam0.01-s0."""
    silent = {one[key] for name, one in zip(names, params, strict=True) if key in one and not _named(key, one[key], name)}
    return len(silent) < 2


def _named(key: str, value: str, name: str) -> bool:
    short, text = key.rpartition(".")[2], value.strip("[]").replace(", ", "-")
    with suppress(ValueError):
        text = f"{float(value):g}"  # as names have numbers
    return any(f"-{start}{text}-" in f"-{name}-" for start in ("", short, short[0]))
