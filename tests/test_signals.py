"""Signals as exceptions."""

import os
import signal
import threading

import pytest

from numlp.signals import Terminated, terminable


def send(number):
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_body_with_the_shell_s_exit_code(number, code):
    before = signal.getsignal(number)
    with pytest.raises(Terminated) as caught, terminable():
        send(number)
    assert caught.value.code == code
    assert signal.getsignal(number) is before


def test_the_same_signal_again_does_not_cut_off_the_closing():
    closed = []
    with pytest.raises(Terminated), terminable():
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
        with terminable():
            send(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_other_threads_are_left_alone():
    def body():
        with terminable():
            seen.append(signal.getsignal(signal.SIGTERM))

    seen = []
    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]
