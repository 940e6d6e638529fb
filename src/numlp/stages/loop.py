"""Training as `numlp train` does it: from the last checkpoint on, until it is done, asked to stop, or has diverged."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from numlp import build
from numlp.checkpoint import Checkpoints, State
from numlp.config import Config
from numlp.data.preprocess import Prepared
from numlp.divergence import DivergedError, diverged, origin
from numlp.health import Probe
from numlp.history import Record
from numlp.stages.progress import shown
from numlp.tracking import Run, asking, stopped
from numlp.train import train


@dataclass(frozen=True)
class Loop:
    """What training needs beside the state: choices and data, and where records and checkpoints go.

    Attributes:
        alone: Not a job of a multirun.
        watch: Called with each record, those from before a run was cut off too; what it raises ends the training.
    """

    config: Config
    data: Prepared
    kept: Checkpoints
    name: str
    alone: bool
    watch: Callable[[Record], None] = lambda _: None

    def begin(self) -> State:
        """The state of the last checkpoint, or of a new run when there is none or `train.resume` is false."""
        network = build.network(self.config)
        state = State(network, build.optimiser(self.config.optim, network))
        if not self.config.train.resume:
            self.kept.clear()
        elif self.kept.restore(state):
            print(f"train: {self.name} goes on from step {state.progress.step} (train.resume=false starts over)")
        return state

    def run(self, state: State, tracked: Run) -> None:
        """Train to the end.

        Raises:
            DivergedError: The cost is not finite, or has stayed too high.
            KeyboardInterrupt: Ctrl-C came; the state at the step then made is kept.
            Terminated: The same for SIGTERM or SIGHUP.
        """
        for record in state.records:
            tracked.log_record(record)  # what the store did not get before the run was cut off
            self.watch(record)
        tracked.log_health(state.health)
        plan = build.plan(self.config, len(self.data.part("train").labels))
        probe = Probe(state.network, self.data.part("train"), plan.lam) if self.config.train.health else None
        progress, since = state.progress, perf_counter() - state.seconds
        steps = train(state.network, state.optimiser, self.data.part("train"), self.data.part("val"), plan, progress)
        with np.errstate(all="ignore"), asking(lambda number: setattr(progress, "stop", number)):
            for record in shown(steps, plan.steps, self.name, self.alone):
                tracked.log_record(record)
                state.records.append(record)
                if probe is not None:
                    state.health += probe.measure(state.optimiser, record)
                    tracked.log_health(state.health[-state.network.depth :])
                self._check(state)
                state.seconds = perf_counter() - since
                self.watch(record)
                if record.step > 0:  # before the first update there is nothing to keep
                    self.kept.save(state)
        if progress.stop:
            state.seconds = perf_counter() - since
            self.kept.save(state, always=True)
            print(f"train: {self.name} stopped after step {progress.step} of {plan.steps}; the same command goes on", file=sys.stderr)
            raise stopped(progress.stop)

    def _check(self, state: State) -> None:
        """Raise `DivergedError`, which names the step, if the latest record shows it."""
        bounds, records = self.config.train.diverged, state.records
        if not diverged(records, bounds.cost, bounds.records):
            return
        network = build.network(self.config)
        before = State(network, build.optimiser(self.config.optim, network))
        self.kept.restore(before)
        part = self.data.part("train")
        began = origin(before, part, build.plan(self.config, len(part.labels)), records, bounds.records)
        cost, last = f"{records[-1].train_cost:.4g} (validation {records[-1].val_cost:.4g})", records[-1].step
        raise DivergedError(
            f"train: need a cost that stays finite and below {bounds.cost:g}, got {cost} at step {last}; "
            f"it began at step {began.step}, eta {began.eta:.4g}, in {began.layer}. A lower rate may help (schedule)"
        )
