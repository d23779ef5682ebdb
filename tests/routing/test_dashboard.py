"""The line that says what is left."""

import pytest

from pollinations.routing.dashboard import dashboard, emoji, percent, until
from pollinations.routing.quota import Quota
from pollinations.settings.schema import Mode

NOW = 1_800_000_000.0
RESETS = NOW + 6 * 3600 + 119


@pytest.mark.parametrize(
    ("quota", "mode", "line"),
    [
        (
            Quota(True, 7.5, 10.0, 50.0, tier="flower", resets=RESETS),
            "pro",
            "🌸 Tier: 7.50/10 (75%) | 💎 Wallet: $50.00 | ⏰ Reset: 6h1m | ⚙️ PRO",
        ),
        (
            Quota(True, 0.005, 1.0, 0.125, tier="microbe", resets=NOW - 5),
            "alwaysfree",
            "❓ Tier: 0.01/1 (1%) | 💎 Wallet: $0.13 | ⏰ Reset: 0h0m | ⚙️ ALWAYSFREE",
        ),
        (
            Quota(True, 1.5, wallet=50.0),
            "pro",
            "🎁 Quest: 1.50 | 💎 Wallet: $50.00 | ⚙️ PRO",
        ),
        (
            Quota(True, wallet=12.0, split=False),
            "manual",
            "💎 Balance: $12.00 (grant and wallet together) | ⚙️ MANUAL",
        ),
        (Quota(limited=True), "pro", "🔒 Limited key: its account cannot be seen | ⚙️ PRO"),
        (Quota(), "manual", "⚠️ Quota unknown | ⚙️ MANUAL"),
    ],
)
def test_one_line(quota: Quota, mode: Mode, line: str) -> None:
    """It says what there is, and what cannot be seen."""
    assert dashboard(quota, mode, NOW) == line


@pytest.mark.parametrize(
    ("quota", "line"),
    [
        (Quota(True, 7.5, 10.0, 50.0, tier="seed"), "🌱 Tier: 7.50/10 (75%) | 💎 Wallet: $50.00"),
        (
            Quota(True, wallet=12.0, split=False),
            "💎 Solde\xa0: $12.00 (allocation et portefeuille ensemble)",
        ),
        (Quota(limited=True), "🔒 Clé limitée\xa0: son compte n'est pas visible"),
        (Quota(), "⚠️ Quota inconnu"),
    ],
)
def test_in_french(quota: Quota, line: str) -> None:
    """Sentences are translated, names and numbers are not."""
    assert dashboard(quota, "pro", NOW, "fr") == f"{line} | ⚙️ PRO"


@pytest.mark.parametrize(
    ("tier", "sign"),
    [("spore", "🦠"), ("seed", "🌱"), ("flower", "🌸"), ("nectar", "🍯"), ("router", "❓")],
)
def test_signs(tier: str, sign: str) -> None:
    """Each tier has its own."""
    assert emoji(tier) == sign


@pytest.mark.parametrize(
    ("grant", "limit", "whole"),
    [(9.2, 10.0, 92), (1.0, 3.0, 33), (0.125, 1.0, 13), (20.0, 20.0, 100), (0.0, 0.0, 0)],
)
def test_percent(grant: float, limit: float, whole: int) -> None:
    """Whole ones; halves go up; nothing of nothing is nothing."""
    assert percent(Quota(True, grant, limit)) == whole


@pytest.mark.parametrize(
    ("seconds", "left"), [(86400, "24h0m"), (3599, "0h59m"), (60, "0h1m"), (59, "0h0m")]
)
def test_until(seconds: int, left: str) -> None:
    """Minutes that have begun do not count."""
    assert until(NOW + seconds, NOW) == left
