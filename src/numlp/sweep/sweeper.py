"""A sweep: rounds of trials, each a job of Hydra's launcher, those alone that have not been made before."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import HydraContext
from omegaconf import DictConfig, OmegaConf

from numlp.config.launchers import at_once
from numlp.config.schema import check_rules
from numlp.config.search import SearchConfig, SweepConfig, decides
from numlp.errors import UserError, require
from numlp.files import json_digest
from numlp.signals import Stop, Terminated, stoppable
from numlp.sweep.composer import Composer
from numlp.sweep.conclusion import Conclusion, conclude, say_interrupted
from numlp.sweep.conf_snapshot import freeze_conf
from numlp.sweep.dry_run import print_jobs
from numlp.sweep.job_runner import Runner, clear_folder
from numlp.sweep.live_table import Display
from numlp.sweep.planner import Planner
from numlp.sweep.round_loop import RoundLoop
from numlp.sweep.rounds import check_rounds
from numlp.sweep.space import SEED, Choice, Space, read_space
from numlp.sweep.summary import describe_network, describe_space
from numlp.sweep.sweep_context import SweepContext
from numlp.sweep.sweep_run import common_settings, open_sweep_run
from numlp.sweep.trials import Trial
from numlp.training.memory import check_memory, estimate_memory

SWEEPS = Path("build/sweeps")  # what counts in one sweep alone: which of its trials were pruned


class Sweep:
    """What `numlp train -m` does.

    Args:
        hydra: Hydra's context.
        config: The sweep's settings, with Hydra's part and the keys `search` and `sweep`.
        task: Trains, given a job's settings and its place in the sweep.
        texts: Overrides: those that are fixed, and what varies.

    Raises:
        UserError: What is asked for breaks a rule.
    """

    def __init__(self, hydra: HydraContext, config: DictConfig, task: Callable[..., Any], texts: Sequence[str]) -> None:
        search, sweep = OmegaConf.to_object(config.search), OmegaConf.to_object(config.sweep)
        assert isinstance(search, SearchConfig) and isinstance(sweep, SweepConfig)
        check_rules(search, "search.")
        parsed = OverridesParser.create(config_loader=hydra.config_loader).parse_overrides(list(texts))
        fixed, self._space, self._seeds = read_space(parsed)
        alone = not search.prune or len(self._seeds) < 2
        require(alone, "search.prune", "one seed", "trials of several seeds are compared by their mean", seeds=", ".join(self._seeds))
        check_rounds(search.all_rounds(), self._space)
        _check_files(hydra, config, fixed, self._space)
        self._hydra, self._config, self._task, self._search, self._sweep = hydra, config, task, search, sweep
        self._out = Path(config.hydra.sweep.dir)
        self._planner = Planner(Composer(hydra.config_loader, config), fixed, self._seeds, sweep.rerun)
        side_by_side = at_once(config, self._planner.composer.compose(fixed, [])[1].train.threads)
        search = replace(search, prune=False) if sweep.dry_run else search  # which then needs no storage
        self._rounds = RoundLoop(search, self._planner, self._out, side_by_side, [self._space])

    def run(self) -> list[Trial]:
        """Make it, or only say what it would make.

        Raises:
            UserError: Jobs failed; each was reported with its own error.
            KeyboardInterrupt: Jobs were stopped by a signal.
        """
        if not self._sweep.dry_run:
            self._prepare()
        self._rounds.begin()
        self._check_memory()
        digest, params = self._digest(), self._params()
        pruned = SWEEPS / digest[:16]
        if self._sweep.dry_run:
            print_jobs(self._planner, pruned, self._total)
            return []
        run = open_sweep_run(self._name, digest, params, self._out, self._sweep.rerun)
        with run as sweep_run, stoppable() as stop:
            context = self._context(pruned, stop)
            try:
                trials = self._rounds.run(Runner(context, sweep_run))
            except (KeyboardInterrupt, Terminated):
                say_interrupted(context, self._total)
                raise
            conclude(Conclusion(context, sweep_run.run, trials, self._rounds.spaces, self._from_file))
        return trials

    def _check_memory(self) -> None:
        """Raise UserError when the largest jobs that this machine runs at once need more memory than there is."""
        configs = [job.config for job in self._planner.jobs if job.config is not None]
        largest = sorted(configs, key=lambda config: -sum(estimate_memory(config).values()))[: self._rounds.side_by_side or 0]
        if largest:
            check_memory(largest[0])  # which no smaller number of jobs would mend
            check_memory(*largest)

    def _prepare(self) -> None:
        """Make the sweep's folder, and keep there what its jobs are composed from."""
        clear_folder(self._out)
        OmegaConf.save(self._config, self._out / "multirun.yaml")
        self._hydra = freeze_conf(self._hydra, self._out)
        self._planner.composer = Composer(self._hydra.config_loader, self._config)

    def _digest(self) -> str:
        """What tells the sweep from others: its space, seeds and search, and the jobs of its first round."""
        stems = [job.record.stem for job in self._planner.jobs]
        space = describe_space(self._space)
        return json_digest({"space": space, "seeds": self._seeds, "search": decides(self._search), "first": stems})

    def _params(self) -> dict[str, Any]:
        """The parameters of the sweep's run: the settings that its jobs share, and the search's."""
        varied = [*self._space, *([SEED] if len(self._seeds) > 1 else [])]
        search = {f"search.{key}": value for key, value in decides(self._search).items()}
        common = common_settings(self._planner.jobs, self._planner.choices, varied)
        return {**common, "space": describe_space(self._space), "seeds": ", ".join(self._seeds), **search}

    def _context(self, pruned: Path, stop: Stop) -> SweepContext:
        display = Display(self._total, self._search.objective)
        display.say(f"network: {describe_network(self._planner.jobs)}")
        return SweepContext(
            hydra=self._hydra,
            config=self._config,
            task=self._task,
            search=self._search,
            sweep=self._sweep,
            planner=self._planner,
            display=display,
            out=self._out,
            pruned=pruned,
            stop=stop,
        )

    @property
    def _total(self) -> int:
        """Jobs of all rounds and of the final training."""
        return (self._rounds.total + (1 if self._search.final else 0)) * max(1, len(self._seeds))

    @property
    def _name(self) -> str:
        """Of the sweep, in MLflow: its file in conf/search or conf/experiment, or else what it varies, e.g. lam x norm, 6 trials."""
        choices = self._config.hydra.runtime.choices
        varied, trials = " x ".join(self._space) or SEED, self._rounds.total
        return str(choices.get("search") or choices.get("experiment") or f"{varied}, {trials} trial{'' if trials == 1 else 's'}")

    @property
    def _from_file(self) -> bool:
        """Whether a file of conf/ makes this a sweep, not -m."""
        return bool(OmegaConf.select(self._config, "hydra.sweeper.params"))


def _check_files(hydra: HydraContext, config: DictConfig, fixed: Sequence[str], space: Space) -> None:
    """Raise UserError where a file that is one of several to try is a sweep itself: Hydra would ignore what it varies, and train less."""
    groups = set(hydra.config_loader.list_groups(""))
    for key, dimension in space.items():
        group = key.lstrip("+")
        for name in dimension.values if isinstance(dimension, Choice) and group in groups else ():
            composed = hydra.config_loader.load_sweep_config(config, [*fixed, f"{key}={name}"])
            for node in ("hydra.sweeper.params", "search", "sweep"):
                if OmegaConf.select(composed, node) != OmegaConf.select(config, node):
                    remedy = f"run one after another: numlp train {key}={name}, then the others"
                    raise UserError(
                        f"{key}={name}: this file is a sweep of its own ({node}), which a sweep over files would not make; {remedy}"
                    )
