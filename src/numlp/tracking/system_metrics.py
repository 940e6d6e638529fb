"""Processor, memory, disk and network of the machine beside a run's curves, sampled by MLflow's own monitor."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def log_system_metrics(run_id: str, uri: str) -> Iterator[None]:
    """Sample every 10 s, or every MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL seconds, in a thread; a resumed run's series continue.

    Where the store does not answer, the thread ends and the run goes on.
    """
    from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

    monitor = SystemMetricsMonitor(run_id, resume_logging=True, tracking_uri=uri)  # type: ignore[no-untyped-call]  # MLflow's own
    monitor.start()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        monitor.finish()  # type: ignore[no-untyped-call]
