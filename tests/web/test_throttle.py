"""Guessing passwords is slowed down per name, per address and per both."""

from __future__ import annotations

from web.throttle import PER_ADDRESS, PER_NAME, PER_NAME_AND_ADDRESS, SignInThrottle


class Watch:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_same_name_and_address_closes_and_opens_again() -> None:
    watch = Watch()
    throttle = SignInThrottle(now=watch)
    for _attempt in range(PER_NAME_AND_ADDRESS.failures):
        assert throttle.begin("Wang", "10.0.0.1")
    assert not throttle.begin("wang", "10.0.0.1")
    assert throttle.begin("wang", "10.0.0.2")
    watch.at = PER_NAME_AND_ADDRESS.seconds + 1.5
    assert throttle.begin("wang", "10.0.0.1")


def test_one_name_from_many_addresses_closes() -> None:
    throttle = SignInThrottle(now=Watch())
    for number in range(PER_NAME.failures):
        throttle.begin("wang", f"10.0.1.{number}")
    assert not throttle.begin("wang", "10.9.9.9")


def test_many_names_from_one_address_close() -> None:
    throttle = SignInThrottle(now=Watch())
    for number in range(PER_ADDRESS.failures):
        throttle.begin(f"name{number}", "10.0.0.1")
    assert not throttle.begin("somebody", "10.0.0.1")


def test_success_forgets_the_failures_of_this_name_here() -> None:
    throttle = SignInThrottle(now=Watch())
    for _attempt in range(PER_NAME_AND_ADDRESS.failures - 1):
        throttle.begin("wang", "10.0.0.1")
    throttle.forgive("wang", "10.0.0.1")
    throttle.begin("wang", "10.0.0.1")
    assert throttle.begin("wang", "10.0.0.1")


def test_success_takes_back_its_own_attempt_for_name_and_address() -> None:
    throttle = SignInThrottle(now=Watch())
    for number in range(PER_ADDRESS.failures * 2):
        assert throttle.begin(f"name{number}", "10.0.0.1")
        throttle.forgive(f"name{number}", "10.0.0.1")
