"""What is shown, and what is kept of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.routing.notification import KEPT, LONGEST, SAME, Notifications, shown
from pollinations.settings.schema import Gui

TABLE = [
    # channel, level, the kinds that are shown
    ("status", "none", ()),
    ("status", "alert", ("warning", "error")),
    ("status", "all", ("info", "success", "warning", "error")),
    ("log", "none", ()),
    ("log", "error", ("warning", "error")),
    ("log", "verbose", ("info", "success", "warning", "error")),
]


@pytest.mark.parametrize("kind", ["info", "success", "warning", "error"])
@pytest.mark.parametrize(("channel", "level", "kinds"), TABLE)
def test_the_settings_say_what_is_shown(channel, level, kinds, kind):
    """Each channel by its own setting; the other one's says nothing about it."""
    own, other = ("status", "logs") if channel == "status" else ("logs", "status")
    for value in {"status": ("none", "alert", "all"), "logs": ("none", "error", "verbose")}[other]:
        assert shown(channel, kind, Gui(**{own: level, other: value})) == (kind in kinds)


def everything(now=lambda: 0.0):
    """Notifications of which all are shown."""
    return Notifications(lambda: Gui("all", "verbose"), now)


def test_tells_subscribers_of_what_is_shown_and_observers_of_all():
    """The log holds what the screen does not."""
    notifications, seen, logged = Notifications(), [], []
    notifications.subscribers.append(seen.append)
    notifications.observers.append(logged.append)
    notifications.add("status", "info", "Status", "quiet")
    notifications.add("status", "warning", "Status", "loud")
    assert [one.message for one in seen] == ["loud"]
    assert [one.message for one in logged] == ["quiet", "loud"]
    assert notifications.since() == tuple(seen)


def test_the_settings_count_at_once():
    """They are asked for each notification."""
    gui = [Gui(status="none")]
    notifications = Notifications(lambda: gui[0])
    notifications.add("status", "error", "T", "one")
    gui[0] = Gui(status="all")
    notifications.add("status", "info", "T", "two")
    assert [one.message for one in notifications.since()] == ["two"]


def test_says_nothing_twice_within_some_seconds():
    """The same, that is: another channel, kind, title or message is another notification."""
    now = [100.0]
    notifications = everything(lambda: now[0])
    for _ in range(5):
        notifications.add("status", "info", "T", "again")
    notifications.add("log", "info", "T", "again")
    notifications.add("status", "error", "T", "again")
    notifications.add("status", "info", "U", "again")
    assert len(notifications.since()) == 4
    now[0] += SAME
    notifications.add("status", "info", "T", "again")
    assert len(notifications.since()) == 5


def test_what_was_not_shown_is_not_said_twice_either():
    """The log is no place for floods."""
    notifications, logged = Notifications(lambda: Gui("none", "none")), []
    notifications.observers.append(logged.append)
    for _ in range(5):
        notifications.add("log", "error", "T", "again")
    assert len(logged) == 1


def test_ids_count_on_in_the_next_proxy():
    """Who has seen the last of the former one misses nothing of the next."""
    first, second = everything(lambda: 1000.0), everything(lambda: 1001.0)
    for number in range(KEPT):
        first.add("log", "info", "T", str(number))
    second.add("log", "info", "T", "new")
    last = first.since()[-1].id
    assert [one.message for one in second.since(last)] == ["new"]


def test_gives_those_of_the_last_seconds():
    """By their time, not their number."""
    now = [100.0]
    notifications = everything(lambda: now[0])
    for message in ("old", "new"):
        notifications.add("log", "info", "T", message)
        now[0] += 8
    assert [one.message for one in notifications.lately(10)] == ["new"]


def test_a_message_is_one_line_and_not_a_long_one():
    """A model's name may be anything that a client writes."""
    notifications = everything()
    notifications.add("log", "error", "T", "one\n\ttwo\x1b[2J three" + "x" * 10_000)
    [one] = notifications.since()
    assert one.message.startswith("one two [2J three")
    assert len(one.message) == LONGEST


@given(st.lists(st.text("abc", max_size=3), max_size=60), st.integers(0, 70))
def test_keeps_the_last_few(messages, back):
    """Never more than twenty, in order, and ``since`` is a tail of them."""
    moment = iter(range(0, 10_000, int(SAME)))
    notifications = everything(lambda: float(next(moment)))
    for message in messages:
        notifications.add("log", "info", "T", message)
    kept = notifications.since()
    assert [one.message for one in kept] == messages[-KEPT:]
    assert [one.id for one in kept] == sorted({one.id for one in kept})
    for place, one in enumerate(kept):
        assert notifications.since(one.id) == kept[place + 1 :]
