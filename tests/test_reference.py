"""The reference pages say what the code says."""

import ast
import re
from functools import cache
from pathlib import Path
from unittest.mock import ANY

import dvc
import pytest

import numlp
from docs.configuration import PAGE, find_keys, make_page, read_words
from numlp.cli.commands import COMMANDS, EXIT_CODES
from numlp.cli.parser import parsers
from numlp.config.compose import known_keys
from numlp.config.search import Primary
from numlp.tracking import connect


def test_every_key_has_words_and_no_others_do():
    assert set(read_words()) == set(find_keys())


def test_every_known_key_has_a_row_or_holds_keys_that_do():
    told = find_keys()
    assert [key for key in known_keys(Primary) if key not in told and not any(row.startswith(f"{key}.") for row in told)] == []


def test_the_page_is_as_generated():
    assert PAGE.read_text() == make_page(), "run python docs/configuration.py"


def test_words_are_rule_meaning_and_elsewhere():
    assert {name for words in read_words().values() for name in words} == {"rule", "meaning", "elsewhere"}
    assert all(isinstance(text, str) and "|" not in text for words in read_words().values() for text in words.values())


COMMANDS_PAGE = (Path(__file__).resolve().parents[1] / "docs" / "commands.md").read_text()
ROWS = dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", COMMANDS_PAGE, re.MULTILINE))


def test_the_page_has_every_command_in_order():
    assert list(ROWS) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_has_every_flag_of_a_command_and_no_other(name):
    shared = COMMANDS_PAGE.split("## Commands and flags")[1].split("\n| command |")[0]
    told = re.findall(r"--[a-z-]+", shared if COMMANDS[name].composed else ROWS[name].split(" | ")[0])
    assert set(told) - {"--help"} == set(parsers(name)[1].flags()) - {"--help"}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_has_the_purpose_of_a_command_as_its_help_does(name):
    assert ROWS[name].split(" | ")[1] == COMMANDS[name].sentence


def test_the_page_has_the_exit_codes_of_the_help():
    table = COMMANDS_PAGE.split("| exit code |")[1].split("##")[0]
    assert {int(code): meaning for code, meaning in re.findall(r"^\| (\d+) \| (.*) \|$", table, re.MULTILINE)} == EXIT_CODES


FORMATS_PAGE = (Path(__file__).resolve().parents[1] / "docs" / "formats.md").read_text()
SMALL = ["train", "data=synthetic", "split=first100", "model=mlp2", "train.batch_size=50", "train.epochs=2"]
NOT_OF_TRAIN = {"train_seconds", "system/<name>", "experiment", "fault"}  # of the reproduction, and of MLflow's sampling


def read_names(heading):
    """The names in the first column of the table below a heading, as patterns."""
    table = FORMATS_PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    names = [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    return {name: re.compile(re.sub(r"<\w+>", r"[\\w.]+", name)) for name in names}


def compare_names(root):
    """The logged metrics and tags that the page does not have, and the names on the page that were not logged."""
    client, experiment = connect(root)
    runs = client.search_runs([experiment])
    logged = {"MLflow metrics": {n for run in runs for n in run.data.metrics}, "MLflow tags": {n for run in runs for n in run.data.tags}}
    patterns = {heading: read_names(heading) for heading in logged}
    new = {name for heading in logged for name in logged[heading] if not any(p.fullmatch(name) for p in patterns[heading].values())}
    unused = {name for heading in logged for name, p in patterns[heading].items() if not any(map(p.fullmatch, logged[heading]))}
    return new, unused


def test_every_metric_and_tag_of_a_run_has_words(ready, numlp):
    assert numlp(*SMALL, "train.health=true", "test_time_flip=true") == (0, ANY, "")
    new, _ = compare_names(ready)
    assert new == set()


@pytest.mark.slow
def test_every_metric_and_tag_of_sweeps_has_words_and_each_name_with_words_is_logged(ready, numlp):
    sweep = [*SMALL, "-m", "hydra/launcher=basic"]
    assert numlp(*SMALL, "train.health=true", "test_time_flip=true")[0] == 0
    assert numlp(*sweep, "lam=0.1,0.2", "moments.alpha=0.5,0.9", "seed=0,1")[0] == 0
    assert numlp(*sweep, "lam=0.1,0.3", "moments.alpha=0.5")[0] == 0  # the first is cached
    assert numlp(*sweep, "lam=0.001,0.002,0.9", "search.prune=true", "search.startup=2", "search.warmup=1", "train.epochs=4")[0] == 0
    assert numlp(*sweep, "lam=0.001,0.002", "train.diverged.cost=0.001", "train.diverged.records=1")[0] == 1
    assert compare_names(ready) == (set(), NOT_OF_TRAIN)


HELP_PAGE = (Path(__file__).resolve().parents[1] / "docs" / "troubleshooting.md").read_text()
MESSAGES = [line for block in re.findall(r"^```text\n(.*?)^```", HELP_PAGE, re.MULTILINE | re.DOTALL) for line in block.splitlines()]
LEAST, SHARE = 8, 0.5  # characters of a text that count, and the share of a message that such texts cover


@cache
def find_texts():
    """All texts of numlp and of DVC's lock as patterns, with a group for each constant part of an f-string."""
    files = [*Path(numlp.__file__).parent.rglob("*.py"), Path(dvc.__file__).with_name("lock.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    texts = [
        [line for part in node.values if isinstance(part, ast.Constant) for line in part.value.splitlines()]
        for node in nodes
        if isinstance(node, ast.JoinedStr)
    ]
    texts += [re.split(r"%[sd]|\{\}|\n", node.value) for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    kept = {tuple(part for part in text if part.strip()) for text in texts if sum(map(len, text)) >= LEAST}
    return [re.compile(".*?".join(f"({re.escape(part)})" for part in text)) for text in kept]


@pytest.mark.parametrize("message", MESSAGES)
def test_the_code_can_print_each_message_of_the_troubleshooting_page(message):
    known = message.removeprefix("error: ").replace("...", "")
    spans = [match.span(group) for text in find_texts() if (match := text.search(known)) for group in range(1, text.groups + 1)]
    assert len({place for start, stop in spans for place in range(start, stop)}) >= SHARE * len(known)
