"""What is notified of, and how it is said."""

import pytest

from pollinations.routing.announcements import Announcements
from pollinations.routing.notification import Notifications
from pollinations.routing.quota import Quota
from pollinations.routing.record import Attempt, Record
from pollinations.routing.route import Route
from pollinations.routing.situation import Situation
from pollinations.settings.schema import Gui, Settings

ENTER = Route("enter", "gemini")
FREE = Route("free", "openai")
FALLBACK = Route("free", "mistral", "Wallet & Tier Critical")
RESCUE = Route("free", "mistral", "Rate Limit (Upstream 429)", rescue=True)

FULL = Quota(True, 7.5, 10.0, 50.0, tier="flower", resets=1000.0 + 6 * 3600 + 60)
DASHBOARD = "🌸 Tier: 7.50/10 (75%) | 💎 Wallet: $50.00 | ⏰ Reset: 6h1m | ⚙️ PRO"
SAFETY = "⚠️ Safety Net: free/mistral (Wallet & Tier Critical)"
RESCUED = "⚠️ Safety Net: free/mistral (Rate Limit (Upstream 429))"
RECOVERING = "Recovering from 429 -> Switching to free/mistral"


def tried(*statuses, route=ENTER, kind="server"):
    """Attempts that ended so."""
    return tuple(Attempt(route, s, 0.1, "" if s == 200 else kind) for s in statuses)


def said(record=None, quota=FULL, **settings):
    """What is said of a request: channel, kind and message of each notification."""
    situation = Situation(Settings(mode="pro", **settings), quota=quota, has_key=True)
    notifications = Notifications(lambda: Gui("all", "verbose"))
    Announcements(notifications, lambda: situation, lambda: 1000.0).over(record)
    return [(one.channel, one.kind, one.message) for one in notifications.since()]


@pytest.mark.parametrize(
    ("route", "attempts", "status", "expected"),
    [
        (FREE, tried(200), 200, []),
        (ENTER, tried(200), 200, [("status", "info", DASHBOARD)]),
        (FALLBACK, tried(200), 200, [("status", "warning", SAFETY)]),
        (
            RESCUE,
            tried(429, 200),
            200,
            [("status", "warning", RESCUED), ("log", "warning", RECOVERING)],
        ),
        (
            ENTER,
            tried(503, 503, 200),
            200,
            [
                ("log", "info", "enter/gemini answered after 3 attempts (503)"),
                ("status", "info", DASHBOARD),
            ],
        ),
        (
            FREE,
            tried(429, 200),
            200,
            [("log", "info", "free/openai answered after 2 attempts (429)")],
        ),
        (ENTER, tried(200), 499, []),
        (ENTER, (), 499, []),
        (
            ENTER,
            tried(503),
            503,
            [("log", "error", "enter/gemini gave no answer: server (503)")],
        ),
        (
            ENTER,
            tried(401, kind="key"),
            401,
            [("log", "error", "enter/gemini gave no answer: key (401)")],
        ),
        (
            ENTER,
            tried(503, 200),
            502,
            [("log", "error", "the answer of enter/gemini broke off (502)")],
        ),
        (FREE, (), 429, [("log", "error", "free/openai gave no answer: not asked (429)")]),
    ],
)
def test_says_what_became_of_a_request(route, attempts, status, expected):
    """Who answered instead and why, what it took, and what is left."""
    record = Record("id", "enter/gemini", route, attempts=attempts, status=status)
    assert said(record) == expected


def test_the_line_of_the_quota_can_be_switched_off():
    """``statusBar`` in the settings."""
    record = Record("id", "enter/gemini", ENTER, attempts=tried(200))
    assert said(record, status_bar=False) == []


def test_the_titles_are_those_of_old():
    """What tells one kind of news from another at a glance."""
    notifications = Notifications(lambda: Gui("all", "verbose"))
    announcements = Announcements(notifications, Situation, lambda: 0.0)
    announcements.over(Record("id", "x", RESCUE, attempts=tried(429, 200)))
    announcements.over(Record("id", "x", ENTER, attempts=tried(200)))
    titles = [one.title for one in notifications.since()]
    assert titles == ["Pollinations Safety", "Safety Net", "Pollinations Status"]


def test_only_a_change_of_what_can_be_seen_is_news():
    """An account that stays out of sight is mentioned once, and once when it is back."""
    notifications = Notifications(lambda: Gui("all", "verbose"))
    situation = Situation(has_key=True)
    announcements = Announcements(notifications, lambda: situation, lambda: 0.0)
    for quota in (FULL, Quota(), Quota(), Quota(limited=True), FULL, Quota(seen=1.0)):
        announcements.looked(quota)
    kinds = [(one.channel, one.kind) for one in notifications.since()]
    assert kinds == [("log", "warning"), ("log", "info")]


def test_what_is_left_is_told_in_the_language_of_commands():
    """As far as it is sentences."""
    record = Record("id", "enter/gemini", ENTER, attempts=tried(200))
    [(_, _, line)] = said(record, quota=Quota(), language="fr")
    assert line == "⚠️ Quota inconnu | ⚙️ PRO"


def test_without_a_key_there_is_no_account_to_see():
    """Nobody is told that nothing is known."""
    notifications = Notifications(lambda: Gui("all", "verbose"))
    Announcements(notifications, Situation, lambda: 0.0).looked(Quota())
    assert notifications.since() == ()


def test_tells_of_broken_settings_and_of_good_ones():
    """Each problem, and the end of all."""
    notifications = Notifications(lambda: Gui("all", "none"))
    announcements = Announcements(notifications, Situation, lambda: 0.0)
    announcements.troubled(("it is empty; the last good settings stay", "mode: not one of …"))
    announcements.troubled(())
    assert [(one.kind, one.message) for one in notifications.since()] == [
        ("warning", "config.json: it is empty; the last good settings stay"),
        ("warning", "config.json: mode: not one of …"),
        ("success", "config.json is good again."),
    ]
