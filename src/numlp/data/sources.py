"""The raw images that a config names, made where they are not there yet."""

from pathlib import Path

from numlp import paths
from numlp.config import Config, SourceConfig
from numlp.data.cifar10 import is_asked_for, load_cifar10
from numlp.data.dataset import INFO, DatasetInfo, RawData, load_raw, read_info, save_raw
from numlp.data.synthetic import synthesize
from numlp.errors import UserError
from numlp.files import locked


def provide_raw(source: SourceConfig) -> Path:
    """The download stage's folder when it holds `source`, else one of its own for each source, made when missing."""
    if holds_source(paths.DOWNLOAD, source):
        return paths.DOWNLOAD
    slug = source.name.lower() + ("" if source.seed is None else f"-{source.seed}")
    folder = paths.DATA / "raw" / slug
    if not holds_source(folder, source):  # looked at before it is locked: the folder may be shared, and read-only
        with locked(folder.with_name(f"{folder.name}.lock")):
            if not holds_source(folder, source):
                save_raw(make_raw(source, paths.DATA), folder)
    return folder


def describe_data(config: Config) -> DatasetInfo:
    """The data set of a config, made where it is not there yet."""
    return read_info(provide_raw(config.data.source))


def make_raw(source: SourceConfig, folder: Path) -> RawData:
    """Make the images of `source`: from an archive, which `folder` has once it is downloaded, or from a seed."""
    return load_cifar10(source, folder) if source.seed is None else synthesize(source.seed)


def find_raw(dataset: DatasetInfo) -> RawData:
    """Load the raw arrays of a data set that a model was trained on.

    Raises:
        UserError: They are not at hand.
    """
    for folder in (paths.DOWNLOAD, *sorted((paths.DATA / "raw").glob("*/"))):
        if (folder / INFO).exists() and read_info(folder).digest == dataset.digest:
            return load_raw(folder)
    raise UserError(f"images not found: {dataset.name}, with which the model was trained; numlp download data=NAME makes them")


def holds_source(folder: Path, source: SourceConfig) -> bool:
    """Tell whether `folder` has the raw arrays that `source` and the environment ask for now."""
    if not (folder / INFO).exists():
        return False
    info = read_info(folder)
    if source.seed is not None:
        return info.origin == {"seed": source.seed}
    return is_asked_for(source, info.name, info.origin)
