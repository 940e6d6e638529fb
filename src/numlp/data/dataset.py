"""The data that a config names: raw arrays and normalised ones, made where they are not there yet."""

from pathlib import Path

from filelock import FileLock

from numlp import paths
from numlp.config import Config, SourceConfig
from numlp.data.preprocess import Prepared, prepare
from numlp.data.raw import INFO, DatasetInfo, RawData, load_raw, read_info, save_raw
from numlp.errors import UserError


def prepare_data(config: Config) -> Prepared:
    """The normalised arrays of `config.split`; the first process to ask makes them, the others wait.

    Raises:
        UserError: The arrays that are there were made from something else.
    """
    raw = provide_raw(config.data.source)
    whole = prepare(raw, config.split.train, config.split.val, paths.NORMALISED)
    pairs = {"data": (whole.dataset, read_info(raw)), "split": (whole.recipe.split, {"train": config.split.train, "val": config.split.val})}
    for name, (recorded, wanted) in pairs.items():
        if recorded != wanted:
            raise UserError(f"{whole.folder}: these arrays are of another {name}; delete the directory, and the next run makes them again")
    return whole.first(config.model.inputs)


def provide_raw(source: SourceConfig) -> Path:
    """The download stage's folder when it holds `source`, else one of its own for each source, made when missing."""
    if holds_source(paths.DOWNLOAD, source):
        return paths.DOWNLOAD
    slug = source.name.lower() + ("" if source.seed is None else f"-{source.seed}")
    folder = paths.DATA / "raw" / slug
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not holds_source(folder, source):
            from numlp.data.fetch import make_raw

            save_raw(make_raw(source, paths.DATA), folder)
    return folder


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
    """Whether `folder` has the raw arrays of `source`."""
    if not (folder / INFO).exists():
        return False
    info = read_info(folder)
    if source.seed is not None:
        return info.origin == {"seed": source.seed}
    own = info.name.partition(", archive ")[0] == source.name  # of its sum the user may have the say: CIFAR10_SHA256
    return own and "archive_sha256" in info.origin
