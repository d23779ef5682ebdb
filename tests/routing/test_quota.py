"""What the account pages say, in both worlds, and when they talk nonsense."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.routing.quota import FORBIDDEN, STALE, Quota, aged, fixed, quota_from, round4

NOON = datetime(2026, 1, 25, 12, 0, 0, tzinfo=UTC).timestamp()
MIDNIGHT = "2026-01-26T00:00:00.000Z"
HOUR = 3600.0


def profile(tier: Any = "flower", resets: Any = MIDNIGHT) -> dict[str, Any]:
    """The profile page of the world of tiers."""
    return {"name": "Ann", "tier": tier, "nextResetAt": resets}


def entry(cost: Any, time: Any = "2026-01-25 09:00:00", source: Any = "tier") -> dict[str, Any]:
    """One line of the usage page."""
    return {"timestamp": time, "meter_source": source, "cost_usd": cost, "model": "openai"}


def used(*entries: Any) -> dict[str, Any]:
    """The usage page."""
    return {"usage": list(entries), "count": len(entries)}


@pytest.mark.parametrize(
    ("tier", "spent", "balance", "grant", "limit", "wallet"),
    [
        ("spore", 0.4, 0.6, 0.6, 1.0, 0.0),
        ("seed", 0.0, 3.0, 3.0, 3.0, 0.0),
        ("flower", 0.8, 19.2, 9.2, 10.0, 10.0),
        ("flower", 2.5, 57.5, 7.5, 10.0, 50.0),
        ("nectar", 25.0, 3.0, 0.0, 20.0, 3.0),  # more than the allowance was used
        ("microbe", 0.5, 4.0, 0.5, 1.0, 3.5),  # a tier that nobody listed
        ("Flower", 0.0, 4.0, 1.0, 1.0, 3.0),
        ("seed", 1.0, 0.5, 2.0, 3.0, 0.0),  # less is left than should be
        ("seed", 0.123456, 10.0, 2.8765, 3.0, 7.1235),
        ("seed", 0.0, -0.02, 3.0, 3.0, 0.0),  # the service lets accounts go into debt
    ],
)
def test_tiers(
    tier: str, spent: float, balance: float, grant: float, limit: float, wallet: float
) -> None:
    """The allowance less what was used of it; the wallet is the rest of the balance."""
    quota = quota_from(profile(tier), {"balance": balance}, used(entry(spent)), NOON)
    assert quota == Quota(True, grant, limit, wallet, tier=tier, resets=NOON + 12 * HOUR, seen=NOON)


@pytest.mark.parametrize(
    ("time", "counts"),
    [
        ("2026-01-25 00:00:00", True),  # at the reset itself
        ("2026-01-24 23:59:59", False),
        ("2026-01-25T00:00:00Z", True),
        ("2026-01-25T11:59:59.999Z", True),
        ("2026-01-24T23:59:59.999Z", False),
        ("2026-01-25T01:30:00+02:00", False),
        ("2026-01-25T02:30:00+02:00", True),
        ("2026-01-25T00:30:00", True),
        ("2025-12-31 23:59:59", False),
    ],
)
def test_times_of_usage(time: str, counts: bool) -> None:
    """Both forms are read, and are UTC where they do not say otherwise."""
    quota = quota_from(profile(), {"balance": 10.0}, used(entry(4.0, time)), NOON)
    assert quota.grant == (6.0 if counts else 10.0)


@pytest.mark.parametrize(
    ("resets", "since", "until"),
    [
        (MIDNIGHT, "2026-01-25 00:00:00", 12.0),
        # Only the time of day counts, however old or far away the date.
        ("2020-02-29T00:00:00Z", "2026-01-25 00:00:00", 12.0),
        ("2030-01-01 00:00:00", "2026-01-25 00:00:00", 12.0),
        ("2026-01-25T18:01:30.500Z", "2026-01-24 18:01:30", 6.025),
        ("2026-01-26T11:59:59Z", "2026-01-25 11:59:59", 23.9997),
        ("2026-01-26T12:00:00Z", "2026-01-25 12:00:00", 24.0),
        ("2026-01-26T12:00:01Z", "2026-01-24 12:00:01", 0.0003),
        ("2026-01-26T02:00:00+02:00", "2026-01-25 00:00:00", 12.0),
    ],
)
def test_the_period(resets: str, since: str, until: float) -> None:
    """It began at the most recent such time of day, and lasts a day."""
    just_before = (datetime.fromisoformat(since) - timedelta(seconds=1)).isoformat(" ")
    usage = used(entry(1.0, since), entry(2.0, just_before))
    quota = quota_from(profile("flower", resets), {"balance": 10.0}, usage, NOON)
    assert quota.grant == 9.0
    assert quota.resets is not None
    assert (quota.resets - NOON) / HOUR == pytest.approx(until, abs=1e-4)


def test_only_the_tier_is_used_up() -> None:
    """What the wallet paid for is not taken from the allowance, whatever it looks like."""
    usage = used(
        entry(1.0),
        entry(2.0, source="pack"),
        entry("x", "never", source="crypto"),
        {"cost_usd": 3.0},
        {},
    )
    assert quota_from(profile(), {"balance": 10.0}, usage, NOON).grant == 9.0


def test_many_small_amounts() -> None:
    """A thousand tenths of a cent are a dollar."""
    usage = used(*[entry(0.001)] * 1000)
    assert quota_from(profile(), {"balance": 10.0}, usage, NOON).grant == 9.0


@pytest.mark.parametrize("page", [profile(), {"githubUsername": "ann"}, FORBIDDEN, None, [], "x"])
@pytest.mark.parametrize("usage", [used(entry(1.0)), FORBIDDEN, None])
def test_wallets(page: Any, usage: Any) -> None:
    """In the newer world the balance says it all."""
    balance = {"balance": 12.5, "accountBalance": {"total": 12.5, "tier": 2.5, "paid": 10.0}}
    quota = quota_from(page, balance, usage, NOON)
    assert quota == Quota(True, grant=2.5, wallet=10.0, seen=NOON)


def test_debts_are_nothing() -> None:
    """A wallet that the last request overdrew is empty."""
    wallets = {"total": 1.9, "tier": 2.0, "paid": -0.1}
    quota = quota_from({}, {"balance": 1.9, "accountBalance": wallets}, None, NOON)
    assert (quota.known, quota.grant, quota.wallet) == (True, 2.0, 0.0)


@pytest.mark.parametrize(
    ("page", "usage"),
    [
        ({"githubUsername": "ann"}, used()),
        ({"tier": None}, used()),
        ({"tier": ""}, used()),
        ({"tier": None}, None),
        (FORBIDDEN, FORBIDDEN),
        (profile(), FORBIDDEN),
    ],
)
def test_a_balance_alone(page: Any, usage: Any) -> None:
    """How much of it was paid for is not said, and not guessed."""
    quota = quota_from(page, {"balance": 12.34567}, usage, NOON)
    assert quota == Quota(True, wallet=12.3457, split=False, seen=NOON)


@pytest.mark.parametrize("page", [FORBIDDEN, None, profile()])
@pytest.mark.parametrize("usage", [FORBIDDEN, None, used()])
def test_a_limited_key(page: Any, usage: Any) -> None:
    """A key that may not see the balance is not a bad one."""
    assert quota_from(page, FORBIDDEN, usage, NOON) == Quota(limited=True, seen=NOON)


NONSENSE: list[Any] = [None, [], {}, "x", 7, True, {"balance": "ten"}, {"balance": None}]
NONSENSE += [{"balance": math.nan}, {"balance": math.inf}, {"balance": True}, {"balance": [1]}]
NONSENSE += [{"balance": 10**400}, {"balance": 1e300}]
NONSENSE += [{"balance": 1, "accountBalance": each} for each in ([], 7, {}, {"tier": 1})]
NONSENSE += [{"accountBalance": {"tier": math.nan, "paid": 1}}]


@pytest.mark.parametrize("balance", NONSENSE)
@pytest.mark.parametrize("page", [profile(), {}])
def test_a_balance_that_makes_no_sense(page: Any, balance: Any) -> None:
    """Then nothing is known; least of all is it not a number."""
    assert quota_from(page, balance, used(), NOON) == Quota(seen=NOON)


@pytest.mark.parametrize(
    ("page", "usage"),
    [
        (None, used()),
        ([], used()),
        ("<html>", used()),
        (profile(resets=None), used()),
        (profile(resets="tomorrow"), used()),
        (profile(resets=1769385600), used()),
        (profile(resets="0001-01-01T00:00:00+14:00"), used()),
        (profile(), None),
        (profile(), []),
        (profile(), "<html>"),
        (profile(), {}),
        (profile(), {"usage": {}}),
        (profile(), {"usage": [7]}),
        (profile(), used(entry(math.nan))),
        (profile(), used(entry("1.0"))),
        (profile(), used(entry(1.0, "yesterday"))),
        (profile(), used(entry(1.0, None))),
    ],
)
def test_pages_that_make_no_sense(page: Any, usage: Any) -> None:
    """An allowance of which nobody knows what was used is not known."""
    assert quota_from(page, {"balance": 10.0}, usage, NOON) == Quota(seen=NOON)


@pytest.mark.parametrize(
    ("age", "counts"), [(0.0, True), (STALE, True), (STALE + 1, False), (-STALE - 1, False)]
)
@pytest.mark.parametrize("quota", [Quota(True, 9.0, 10.0, 5.0), Quota(limited=True)])
def test_age(quota: Quota, age: float, counts: bool) -> None:
    """What was seen counts for five minutes, even if the clock goes back a day meanwhile."""
    now = aged(quota, quota.seen + age)
    assert (now == quota) is counts
    assert counts or not (now.known or now.limited)
    assert now.wallet == quota.wallet


def test_what_is_not_known_does_not_age() -> None:
    """It is worth nothing already."""
    assert aged(Quota(), NOON) == Quota()


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(0.00005, 0.0001), (0.03125, 0.0313), (2.67494999, 2.6749), (7.0, 7.0), (0.0, 0.0)],
)
def test_four_decimals(amount: float, shown: float) -> None:
    """Halves go up, as they did where these numbers come from."""
    assert round4(amount) == shown


@pytest.mark.parametrize(
    ("amount", "shown"), [(0.125, "0.13"), (2.675, "2.67"), (7.5, "7.50"), (1e-9, "0.00")]
)
def test_as_javascript_shows_it(amount: float, shown: str) -> None:
    """``toFixed``, digit by digit."""
    assert fixed(amount, 2) == shown


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "balance",
                    "accountBalance",
                    "tier",
                    "paid",
                    "usage",
                    "nextResetAt",
                    "cost_usd",
                    "meter_source",
                    "timestamp",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
pages = json | st.sampled_from([None, FORBIDDEN, profile(), {"balance": 3}, used(entry(1))])


@given(pages, pages, pages)
def test_no_page_is_too_strange(page: Any, balance: Any, usage: Any) -> None:
    """Whatever they say, the amounts are numbers, and none is less than nothing."""
    quota = quota_from(page, balance, usage, NOON)
    for amount in (quota.grant, quota.limit, quota.wallet):
        assert math.isfinite(amount)
        assert amount >= 0
    assert quota.seen == NOON
