"""Runs that are ended at random times: the same command ends in the same bits, and MLflow has each record once."""

import pytest

import kill_runs


@pytest.mark.slow
def test_three_runs_that_are_killed_or_stopped_end_in_the_bits_of_runs_left_alone(tmp_path):
    assert kill_runs.main(tmp_path, 3, 400) == 0
