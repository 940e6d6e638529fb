"""The project that a command works in: the nearest folder that is one, from the current folder upwards, as with git and DVC."""

from collections.abc import Iterator
from contextlib import chdir, contextmanager
from contextvars import ContextVar
from pathlib import Path

from numlp.errors import require

MARKS = ("params.yaml", "conf")
NEED = "params.yaml and conf/ in the current folder or one above it; go to the project's folder, or make one: numlp init DIR"

_stands: ContextVar[Path] = ContextVar("stands", default=Path())  # where the user is, from the project's folder


def find(folder: Path) -> Path | None:
    """`folder`, or the nearest one above it, that is a project's; None when there is none."""
    above = (folder, *folder.parents)
    return next((outer for outer in above if all((outer / mark).exists() for mark in MARKS)), None)


@contextmanager
def entered(required: bool) -> Iterator[Path | None]:
    """The project's folder as the current one, from which every path is relative.

    Yields:
        That folder, where it was not the current one before.

    Raises:
        UserError: There is no project, and one is `required`.
    """
    here = Path.cwd()
    folder = find(here)
    require(folder is not None or not required, "project", NEED, folder=str(here))
    if folder is None or folder == here:
        yield None
        return
    token = _stands.set(here.relative_to(folder))
    try:
        with chdir(folder):
            yield folder
    finally:
        _stands.reset(token)


def given(text: str) -> Path:
    """A path that the user wrote, which counts from where he is, as one from the project's folder."""
    return _stands.get() / text
