"""conf/local.yaml: what this machine uses in place of choices of params.yaml. Git ignores it, so no tracked file changes."""

import shutil
from pathlib import Path

import yaml

from numlp.errors import UserError, require
from numlp.files import write_text
from numlp.paths import origin

LOCAL = Path("conf/local.yaml")
COMMENT = """\
# For each config group: options of params.yaml, and the options that this machine uses instead. Git ignores this file.
# `numlp run` wrote it because it found no CIFAR-10. It tries again at each run, and removes its entry once CIFAR-10 is there.
# To undo it by hand, delete this file.
"""


def local_file(root: Path) -> Path:
    """The file that holds for the project `root` and for DVC's copies of it, whether it is there or not."""
    return origin(root) / LOCAL


def copy_local_file(root: Path) -> None:
    """Put the project's file into DVC's copy: DVC then records it with `conf`, and never takes the result for one without it."""
    found = local_file(root)
    if found != root / LOCAL and found.exists():
        shutil.copyfile(found, root / LOCAL)


def read_substitutes(root: Path) -> dict[str, dict[str, str]]:
    """What the file says: by group and choice, the choice in its place; nothing when there is no file.

    Raises:
        UserError: It is no YAML, or names a group or a choice that is not there.
    """
    path, where = local_file(root), str(LOCAL)
    if not path.exists():
        return {}
    try:
        content = yaml.safe_load(path.read_bytes())
    except yaml.YAMLError as error:
        raise UserError(f"{where}: invalid YAML: {' '.join(str(error).split())}") from error
    content = {} if content is None else content
    shaped = isinstance(content, dict) and all(isinstance(others, dict) for others in content.values())
    require(shaped, where, "a mapping per config group: {option of params.yaml: option to use instead}", content=content)
    for group, others in content.items():
        folder = path.parent / str(group)
        require(folder.is_dir(), where, "config groups, which are directories of conf/", group=group)
        for choice, used in others.items():
            require((folder / f"{used}.yaml").is_file(), where, f"an option of conf/{group} in place of {choice}", used=used)
    return {str(group): {str(choice): str(used) for choice, used in others.items()} for group, others in content.items()}


def substitute(root: Path, group: str, choice: str, used: str | None) -> None:
    """Use `used` in place of `choice` from now on; None ends that. A file with nothing left in it is removed.

    Raises:
        UserError: The file is not as it should be, or cannot be written.
    """
    content = read_substitutes(root)
    others = content.setdefault(group, {})
    if others.get(choice) == used:
        return
    others.pop(choice, None)
    if used is not None:
        others[choice] = used
    left = {name: entries for name, entries in content.items() if entries}
    try:
        if left:
            write_text(local_file(root), COMMENT + yaml.safe_dump(left))
        else:
            local_file(root).unlink()
    except OSError as error:
        raise UserError(f"{LOCAL}: {error.strerror}; make the file and its directory writable") from error
