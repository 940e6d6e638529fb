"""YAML files of the reproduction whose fields a dataclass declares."""

from pathlib import Path
from typing import TypeVar, cast

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from numlp.errors import UserError

T = TypeVar("T")


def read_structured(path: Path, kind: type[T]) -> T:
    """Read a file that holds the fields of the dataclass `kind`.

    Raises:
        UserError: The file is missing, is no YAML, or has other fields.
    """
    try:
        return cast(T, OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(kind), OmegaConf.load(path))))
    except (OSError, OmegaConfBaseException, YAMLError) as error:
        raise _unreadable(path, error) from error


def read_entries(path: Path, kind: type[T]) -> dict[str, T]:
    """Read a file that holds, by name, the fields of the dataclass `kind`.

    Raises:
        UserError: The file is missing, is no YAML, or an entry has other fields.
    """
    try:
        content = OmegaConf.merge(OmegaConf.create({}), OmegaConf.load(path))
        structured = {str(name): OmegaConf.merge(OmegaConf.structured(kind), entry) for name, entry in content.items()}
        return {name: cast(T, OmegaConf.to_object(entry)) for name, entry in structured.items()}
    except (OSError, OmegaConfBaseException, YAMLError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> UserError:
    return UserError(f"cannot read {path}: {' '.join(str(error).split())}")
