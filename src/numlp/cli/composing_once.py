"""Hydra composes a single run twice: once to learn its mode, which params.yaml or conf/ may set, and again to run. Here, once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hydra._internal.hydra import Hydra
from hydra.types import RunMode


@contextmanager
def composing_once() -> Iterator[None]:
    """Let Hydra run, in the body, what it composes to learn the mode: composing takes 0.1 s."""
    learn_mode = Hydra.get_mode

    def get_mode(self: Hydra, config_name: str | None, overrides: list[str]) -> Any:
        try:
            config = self.compose_config(config_name, overrides, RunMode.RUN, with_log_configuration=True)
        except Exception:  # values to try, of which a single run has none, or an error, which Hydra tells when it composes again
            return learn_mode(self, config_name, overrides)
        if config.hydra.mode is RunMode.MULTIRUN:
            return RunMode.MULTIRUN
        self.compose_config = lambda *args, **kwargs: config  # type: ignore[method-assign]
        return RunMode.RUN

    Hydra.get_mode = get_mode  # type: ignore[method-assign]
    try:
        yield
    finally:
        Hydra.get_mode = learn_mode  # type: ignore[method-assign]
