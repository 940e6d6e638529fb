import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numlp.errors import UserError
from numlp.files import read_rows, write_rows
from numlp.training.history import Record

numbers = st.floats(allow_nan=False)
records = st.builds(Record, st.integers(0, 10**9), *[numbers] * 8)


@given(rows=st.lists(records, max_size=5))
def test_what_is_written_reads_back_the_same(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("history") / "history.csv"
    write_rows(path, Record, rows)
    assert read_rows(path, Record) == rows


def test_a_cost_that_is_not_a_number_survives(tmp_path):
    write_rows(tmp_path / "h.csv", Record, [Record(1, 0.5, 0.1, math.nan, math.inf, 0.1, math.nan, math.inf, 0.1)])
    (row,) = read_rows(tmp_path / "h.csv", Record)
    assert math.isnan(row.train_cost)
    assert row.train_loss == math.inf


def test_another_header_is_refused_with_the_right_one(tmp_path):
    (tmp_path / "h.csv").write_text("step,loss\n1,2\n")
    with pytest.raises(UserError, match="expected the columns step, epoch, eta"):
        read_rows(tmp_path / "h.csv", Record)
