"""`numlp doctor`: problems of the environment that would stop or spoil a run, with their remedies."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from omegaconf import OmegaConf

from numlp import paths
from numlp.cli import doctor_checks as checks
from numlp.cli.doctor_checks import Finding
from numlp.config.compose import compose_project
from numlp.config.naming import caption, deciding_choices
from numlp.errors import UserError
from numlp.tracking import close_abandoned, find_unsent, send_unsent

COLORS = {"ok": "green", "warning": "yellow", "error": "red"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare --fix."""
    text = "send what MLflow did not receive, and mark runs as KILLED that are RUNNING without a process"
    parser.add_argument("--fix", action="store_true", help=text)


def run(arguments: argparse.Namespace) -> int:
    """Print a row for each check; the exit code is 1 if one is an error, else 0."""
    if arguments.fix:
        fix()
    findings = examine()
    show(findings)
    return int(any(finding.level == "error" for finding in findings))


def examine() -> list[Finding]:
    """Every check, in the order of a run."""
    findings = [checks.check_packages(), checks.check_blas(), checks.check_disk(), checks.check_memory()]
    if not paths.CIFAR10.exists():
        advice = "go to the project's directory, or create one with numlp init DIR"
        return [*findings, Finding("project", "error", f"file not found: {paths.CIFAR10}", advice)]
    official = str(OmegaConf.select(OmegaConf.load(paths.CIFAR10), "source.sha256"))
    return [
        *findings,
        *checks.check_local_choices(),
        check_configuration(),
        checks.check_archive(official),
        checks.check_normalized(),
        checks.check_dvc_cache(),
        checks.check_dvc_lock(),
        *checks.check_mlflow(),
    ]


def check_configuration() -> Finding:
    """What params.yaml and conf/ compose to."""
    try:
        return Finding("configuration", "ok", caption(deciding_choices(compose_project(Path.cwd()))))
    except UserError as error:
        return Finding(
            "configuration", "error", str(error), "correct params.yaml or conf/; numlp train --cfg job then prints the configuration"
        )


def fix() -> None:
    """Send what earlier runs could not send, then close the runs whose process is gone."""
    for path in find_unsent(Path.cwd()):
        try:
            gone = send_unsent(Path.cwd(), path)
        except UserError as error:
            print(f"not sent: {path.relative_to(Path.cwd())}: {error}")
            continue
        print(f"sent: {path.relative_to(Path.cwd())}" + (f", except files that have changed since: {', '.join(gone)}" if gone else ""))
    try:
        runs = close_abandoned(Path.cwd())
    except UserError:  # the table tells it
        return
    for run in runs:
        print(f"marked as KILLED: {run.name} (process {run.pid})")


def show(findings: Sequence[Finding]) -> None:
    """The findings as a table, and a line that counts them."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console, table = Console(highlight=False), Table(box=None, pad_edge=False)
    for heading in ("check", "status", "result and remedy"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        text = Text(finding.found) if finding.level == "ok" else Text(f"{finding.found}\n-> {finding.advice}")
        table.add_row(finding.what, f"[{COLORS[finding.level]}]{finding.level}[/]", text)
    console.print(table)
    counts = {level: sum(finding.level == level for finding in findings) for level in ("error", "warning")}
    console.print(", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in counts.items()))
