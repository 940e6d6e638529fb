"""The reference pages say what the code says."""

import re
from pathlib import Path

import pytest

from docs.configuration import PAGE, find_keys, make_page, read_words
from numlp.cli.commands import COMMANDS
from numlp.cli.parser import NOTES, parsers
from numlp.config.compose import known_keys
from numlp.config.search import Primary


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


def test_the_page_has_every_exit_code_of_the_help():
    codes = re.findall(r"\b\d+\b", NOTES.split("Exit codes:")[1])
    table = COMMANDS_PAGE.split("| exit code | |")[1].split("##")[0]
    assert codes
    assert set(codes) <= set(re.findall(r"\b\d+\b", table))
