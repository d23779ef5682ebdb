"""Values that may be others the next time they are asked for, as settings are."""

from collections.abc import Callable


def current_text(value: str | Callable[[], str]) -> Callable[[], str]:
    """What gives the text that counts at the moment: *value*, or what gives *value*."""
    return (lambda: value) if isinstance(value, str) else value


def current_number(value: float | Callable[[], float]) -> Callable[[], float]:
    """What gives the number that counts at the moment: *value*, or what gives *value*."""
    return value if callable(value) else lambda: value
