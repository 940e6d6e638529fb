"""Signals as exceptions."""

import os
import signal
import threading

import pytest

from numlp.signals import Terminated, stoppable


@pytest.fixture(autouse=True)
def _no_children(monkeypatch):
    monkeypatch.setattr("multiprocessing.active_children", list)  # sweeps of other tests leave idle workers in this process


def send(number):
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_body_with_the_shell_s_exit_code(number, code):
    before = signal.getsignal(number)
    with pytest.raises(Terminated) as caught, stoppable():
        send(number)
    assert caught.value.code == code
    assert signal.getsignal(number) is before


def test_the_same_signal_again_does_not_cut_off_the_closing():
    closed = []
    with pytest.raises(Terminated), stoppable():
        try:
            send(signal.SIGTERM)
        finally:
            send(signal.SIGTERM)
            closed.append(True)
    assert closed == [True]


def test_what_is_ignored_stays_ignored():
    """As under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            send(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_other_threads_are_left_alone():
    def body():
        with stoppable():
            seen.append(signal.getsignal(signal.SIGTERM))

    seen = []
    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]


def test_signal_that_is_waited_with_is_noted_and_ctrl_c_again_raises():
    with pytest.raises(KeyboardInterrupt), stoppable() as stop, stop.waiting():
        send(signal.SIGINT)
        assert stop
        send(signal.SIGTERM)  # as `timeout` sends to all, and a parent to its children
        send(signal.SIGINT)


def test_inner_body_shares_the_signal_of_the_outer_one():
    with stoppable() as outer:
        with stoppable() as inner, inner.waiting():
            send(signal.SIGTERM)
        assert outer
        assert outer.exception().code == 143
