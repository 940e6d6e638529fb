"""Items that a run can send. An item that is sent twice counts once, so a doubtful sending is repeated."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from numlp.errors import UserError

if TYPE_CHECKING:
    from mlflow import MlflowClient

LONGEST = 6_000  # characters of a parameter
DIGEST = 36  # characters of a data set's digest

Value = tuple[str, float, int, int]  # name, value, milliseconds since 1970, step


class Item(Protocol):
    """Something for a run."""

    def send(self, client: "MlflowClient", run_id: str) -> None:
        """Send it to the store."""


@dataclass(frozen=True)
class Metrics:
    """Values of metrics; the store takes a value of the same name, time and step for the same one."""

    values: list[Value]

    def send(self, client: "MlflowClient", run_id: str) -> None:
        """Send them in one transaction for each 1,000."""
        from mlflow.entities import Metric

        client.log_batch(run_id, metrics=[Metric(*value) for value in self.values], synchronous=True)


@dataclass(frozen=True)
class Params:
    """Parameters, as text of at most 6,000 characters."""

    values: dict[str, str]

    def send(self, client: "MlflowClient", run_id: str) -> None:
        """Send them, the longer ones cut, with an ellipsis that shows it."""
        from mlflow.entities import Param

        client.log_batch(run_id, params=[Param(name, _cut(value)) for name, value in self.values.items()], synchronous=True)


@dataclass(frozen=True)
class Tags:
    """Tags; a later value replaces an earlier one."""

    values: dict[str, str]

    def send(self, client: "MlflowClient", run_id: str) -> None:
        """Send them."""
        from mlflow.entities import RunTag

        client.log_batch(run_id, tags=[RunTag(name, value) for name, value in self.values.items()], synchronous=True)


@dataclass(frozen=True)
class Dataset:
    """The data set that the run reads; `context` is training, validation or the like."""

    name: str
    digest: str
    context: str

    def send(self, client: "MlflowClient", run_id: str) -> None:
        """Send it; MLflow takes 36 characters of the digest, so the whole one is in the source."""
        import json

        from mlflow.entities import Dataset as Entity
        from mlflow.entities import DatasetInput, InputTag
        from mlflow.exceptions import MlflowException

        source = json.dumps({"name": self.name, "digest": self.digest})
        entity = Entity(self.name, self.digest[:DIGEST], "numlp", source)
        inputs = [DatasetInput(entity, [InputTag("mlflow.data.context", self.context)])]
        try:
            client.log_inputs(run_id, inputs)
        except MlflowException:  # two runs made the same entry at once: now it is there
            client.log_inputs(run_id, inputs)


@dataclass(frozen=True)
class Artifact:
    """A file, kept in `folder` of the run's files."""

    path: str
    folder: str | None

    def __post_init__(self) -> None:
        if not Path(self.path).is_file():
            raise UserError(f"file not found: {self.path}, an artifact for MLflow")

    def send(self, client: "MlflowClient", run_id: str) -> None:
        """Copy or upload it."""
        client.log_artifact(run_id, self.path, self.folder)


@dataclass(frozen=True)
class Ended:
    """The end of the run: FINISHED, FAILED or KILLED."""

    status: str

    def send(self, client: "MlflowClient", run_id: str) -> None:
        """Close the run."""
        client.set_terminated(run_id, self.status)


def _cut(value: str) -> str:
    return value if len(value) <= LONGEST else value[: LONGEST - 3] + "..."
