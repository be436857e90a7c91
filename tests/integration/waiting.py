"""Waiting with a deadline: nothing in the tests sleeps and hopes."""

import time


def wait_until(what, condition, timeout, pause=0.1):
    """The first true value of condition(); AssertionError with `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise AssertionError(f"waited {timeout} s in vain until {what}")
        time.sleep(pause)


def wait_until_steady(what, observe, timeout, steady=1.0, pause=0.2):
    """The value of observe() once it has been the same for `steady` seconds."""
    deadline = time.monotonic() + timeout
    value, since = observe(), time.monotonic()
    while time.monotonic() - since < steady:
        if time.monotonic() >= deadline:
            raise AssertionError(f"after {timeout} s {what} still changes")
        time.sleep(pause)
        latest = observe()
        if latest != value:
            value, since = latest, time.monotonic()
    return value
