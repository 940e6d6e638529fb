"""A job of a sweep, in whatever process or node a launcher runs it: an ordinary run that finds its own cached result."""

import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

from hydra.conf import HydraConf
from omegaconf import DictConfig, OmegaConf

from numlp.config import Config
from numlp.config.compose import to_config
from numlp.config.search import NODE, Search
from numlp.errors import UserError, one_line, require
from numlp.results.identity import RECORDS, SWEEPS, record_file, settings_key
from numlp.results.outcome import Member, Outcome, load_outcome, save_outcome
from numlp.results.output_folder import LOG, NOTES
from numlp.signals import Terminated
from numlp.tracking.queries import TRIAL

ENDED = NOTES / "ended"  # a letter per job that has ended: c of a cached result, t of a training
STOPPED = NOTES / "stopped"  # a file that keeps the other jobs from beginning after a signal
LOCAL = ("basic", "joblib", "cores")  # launchers whose processes get the sweep's signals
GROUP = "group"  # tag of a job in MLflow: the values of its trial, the same for all of its seeds


def run_member(config: DictConfig, hydra: HydraConf, out: Path, train: Callable[[Config, Path, Member], Outcome]) -> Outcome:
    """Run a job with its files in `out`, and print its line; an error becomes its outcome.

    An exception would reach the sweep without the other jobs' results, and might not unpickle.
    """
    search, stopped = OmegaConf.to_object(hydra.sweeper), Path(hydra.sweep.dir) / STOPPED
    assert isinstance(search, Search)
    if stopped.exists():
        return Outcome("stopped", str(out))
    with (out / LOG).open("a", buffering=1, encoding="utf-8", errors="backslashreplace") as log, redirect_stdout(log):
        try:
            outcome = _find_or_train(config, search, out, train)
        except (KeyboardInterrupt, Terminated):
            if hydra.runtime.choices["hydra/launcher"] not in LOCAL:
                raise  # a signal to a node alone: the launcher gives the job to another one
            stopped.touch()
            return Outcome("stopped", str(out))
        except Exception as error:
            traceback.print_exc(file=log)
            message = str(error) if isinstance(error, UserError) else one_line(error)
            outcome = Outcome("failed", str(out), error=message)
    print(_line(search, outcome, Path(hydra.sweep.dir)), flush=True)
    return outcome


def find_outcome(record: Path, sweep: str, since: float) -> Outcome | None:
    """The outcome of a run that was trained to its end in any sweep, or pruned in this one, after the time `since`."""
    return load_outcome(record, since) or load_outcome(SWEEPS / sweep / record.name, since)


def _find_or_train(config: DictConfig, search: Search, out: Path, train: Callable[[Config, Path, Member], Outcome]) -> Outcome:
    settings, job = to_config(config), search.job
    edited = "they were edited meanwhile; the same command trains this job"
    require(settings_key(settings) == job.key, NODE, "the settings and the code of the sweep's beginning", edited)
    record, trial = record_file(RECORDS, settings), None  # the record is that of this node's BLAS kernel
    if job.study:
        from numlp.sweep.study import Watch  # the import brings Optuna

        trial = Watch(search)

    def keep(outcome: Outcome) -> None:
        save_outcome(SWEEPS / job.sweep / record.name if outcome.state == "pruned" else record, outcome)

    outcome = find_outcome(record, job.sweep, job.began if search.rerun else 0)
    if outcome is None:
        tags, watch = {TRIAL: job.key, GROUP: job.group}, trial.report if trial else lambda _: None
        outcome = train(settings, out, Member(job.parent, tags, watch, keep))
    if trial is not None:
        trial.tell(outcome)
    return outcome


def _line(search: Search, outcome: Outcome, sweep: Path) -> str:
    """The job's place among the ended ones, its values and figures; from the second training on, about how long the others take."""
    with (sweep / ENDED).open("a+b", buffering=0) as file:
        file.write(b"c" if outcome.cached else b"t")  # appending is atomic
        ended = file.tell()
        file.seek(0)
        trained = file.read(ended).count(b"t")
    left = search.job.total - ended
    seconds = (time.time() - search.job.began) / max(trained, 1) * left
    rest = f"; about {seconds / 60:.0f} min left" if seconds >= 90 else f"; about {seconds:.0f} s left"
    figures = f"validation {outcome.val_accuracy:.2%}, test {outcome.test_accuracy:.2%}" if outcome.state == "done" else outcome.state
    result = f"{figures} ({'cached' if outcome.cached else f'{outcome.seconds:.1f} s'})"
    result = f"FAILED: {outcome.error}" if outcome.state == "failed" else result
    return f"{ended}/{search.job.total}  {search.job.label}: {result}{rest if trained > 1 and left > 0 else ''}"
