"""Signals as exceptions, or as requests that wait."""

import os
import signal

import pytest

from numlp.signals import Terminated, stoppable


@pytest.fixture(autouse=True)
def _no_children(monkeypatch):
    monkeypatch.setattr("multiprocessing.active_children", list)  # sweeps of other tests leave idle workers in this process


def send(number):
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signal_ends_the_body_with_the_shells_exit_code_and_another_one_does_not_interrupt_its_closing(number, code):
    before, closed = signal.getsignal(number), []
    with pytest.raises(Terminated) as caught, stoppable():
        try:
            send(number)
        finally:
            send(number)
            closed.append(True)
    assert (caught.value.code, closed) == (code, [True])
    assert signal.getsignal(number) is before


def test_ignored_signal_stays_ignored():
    """SIGHUP is ignored, as under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            send(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_waiting_body_notes_a_signal_and_a_second_ctrl_c_raises():
    with pytest.raises(KeyboardInterrupt), stoppable() as stop, stop.waiting():
        send(signal.SIGINT)
        assert stop
        send(signal.SIGTERM)  # as `timeout` sends to all, and a parent to its children
        send(signal.SIGINT)


def test_signal_that_a_body_only_notes_is_raised_when_the_outer_one_ends():
    with pytest.raises(Terminated) as caught, stoppable() as outer, stoppable() as inner, inner.waiting():
        send(signal.SIGTERM)
    assert (inner is outer, caught.value.code) == (True, 143)
