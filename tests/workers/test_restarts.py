"""When workers are replaced."""

from pollinations.workers.restarts import Restarts


def test_whoever_ends_again_and_again_waits_longer() -> None:
    """One second, then twice as many, and never more than thirty."""
    restarts = Restarts()
    assert [restarts.ended(0.5) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]


def test_after_a_minute_of_serving_it_is_as_new() -> None:
    """What happened before has nothing to do with it."""
    restarts = Restarts()
    assert [restarts.ended(served) for served in (1, 1, 59, 60, 1)] == [1, 2, 4, 1, 2]


def test_who_never_serves_is_given_up() -> None:
    """The second one did no better."""
    restarts = Restarts()
    assert [restarts.ended(None) for _ in range(2)] == [1, None]


def test_who_has_served_once_is_never_given_up() -> None:
    """What it needs may come back, and others serve meanwhile."""
    restarts = Restarts()
    restarts.ended(1.0)
    assert None not in [restarts.ended(None) for _ in range(50)]
