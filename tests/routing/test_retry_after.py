"""How long an upstream asks us to wait."""

from email.utils import formatdate

import pytest

from pollinations.routing.retry_after import parse_retry_after

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 1.5 ", 1.5),
        (formatdate(NOW + 90, usegmt=True), 90.0),
        (formatdate(NOW - 90, usegmt=True), 0.0),
        ("86400", 86400.0),
        ("86401", None),
        (str(18 * 86400), None),
        (formatdate(NOW + 18 * 86400, usegmt=True), None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("1e400", None),
        ("soon", None),
        ("", None),
        ("Fri, 99 Foo 2026 00:00:00 GMT", None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    """Seconds or a date; what is not to be believed says nothing."""
    assert parse_retry_after(value, NOW) == seconds
