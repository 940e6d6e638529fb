"""Items on their way to the tracking store. A store that does not answer costs the training a twentieth of its time and no metric."""

import logging
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from numlp.errors import one_line
from numlp.tracking.items import Artifact, Item, Metrics, Value
from numlp.tracking.models import Pyfunc
from numlp.tracking.store import is_unreachable
from numlp.tracking.unsent import keep

if TYPE_CHECKING:
    from mlflow import MlflowClient

EVERY = 5.0  # seconds between two sendings
FULL = 500  # metrics that are sent sooner
LONGEST_PAUSE = 60.0  # seconds, when an attempt that fails takes no time
SHARE = 20  # a pause is at least this many times as long as the attempt that failed

log = logging.getLogger(__name__)


class Outbox:
    """Sends items in order, files last; keeps what could not be sent, and writes it to a file in `folder` when the run ends."""

    def __init__(self, client: "MlflowClient", run_id: str, folder: Path) -> None:
        self._client, self._run_id, self._folder = client, run_id, folder
        self._metrics: list[Value] = []
        self._items: list[Item] = []
        self._files: list[Artifact | Pyfunc] = []
        self._refused: list[Item] = []  # tried once more at the end
        self._failures = 0  # in a row
        self._due = monotonic() + EVERY

    def add_metrics(self, values: Sequence[Value]) -> None:
        """Keep `values`, and send when enough are there or it is time."""
        self._metrics += values
        full = len(self._metrics) >= FULL and self._failures == 0
        if full or monotonic() >= self._due:
            self._send()

    def add(self, item: Item) -> None:
        """Send `item` now, unless the store has just failed to answer."""
        if isinstance(item, (Artifact, Pyfunc)):
            self._files.append(item)
        else:
            self._items.append(item)
        if self._failures == 0 or monotonic() >= self._due:
            self._send()

    def close(self, last: Item | None = None) -> None:
        """Send everything, `last` after what is not a file; what cannot be sent goes to a file."""
        self._gather()
        if last is not None:
            self._items.append(last)
        self._items, self._refused = [*self._items, *self._refused], []
        if not self._send() or self._refused:
            self._write()

    def _gather(self) -> None:
        if self._metrics:
            self._items.append(Metrics(self._metrics))
            self._metrics = []

    def _send(self) -> bool:
        self._gather()
        began = monotonic()
        try:
            for queue in (self._items, self._files):
                while queue:
                    try:
                        queue[0].send(self._client, self._run_id)
                    except Exception as error:
                        if is_unreachable(error):
                            raise
                        self._refuse(queue[0], error)
                    del queue[0]
        except Exception as error:  # of the network, the store or the disk: none of them is a reason to stop training
            self._pause(error, monotonic() - began)
            return False
        if self._failures > 0:
            log.warning("MLflow answers again and has received everything")
        self._failures, self._due = 0, monotonic() + EVERY
        return True

    def _refuse(self, item: Item, error: Exception) -> None:
        """Set aside one item that the store does not take, so that those behind it go on."""
        if not self._refused:
            log.warning("MLflow refused %s of run %s: %s", type(item).__name__.lower(), self._run_id, one_line(error))
        self._refused.append(item)

    def _pause(self, error: Exception, seconds: float) -> None:
        if self._failures == 0:
            log.warning("MLflow does not answer; the run continues and keeps its metrics to send later: %s", one_line(error))
        pause = max(min(EVERY * 2**self._failures, LONGEST_PAUSE), SHARE * seconds)
        self._failures, self._due = self._failures + 1, monotonic() + pause

    def _write(self) -> None:
        try:
            path = keep(self._folder, self._run_id, (*self._items, *self._refused, *self._files))
        except OSError as error:
            log.warning("MLflow did not receive all of run %s, and numlp could not save the rest: %s", self._run_id, one_line(error))
        else:
            log.warning("MLflow did not receive all of run %s; the rest is in %s, and numlp doctor --fix sends it", self._run_id, path)
