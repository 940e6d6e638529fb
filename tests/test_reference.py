"""The reference pages say what the code says."""

from docs.configuration import PAGE, find_keys, make_page, read_words
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
