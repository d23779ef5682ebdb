"""Notifications, as a client reads them."""

from typing import Any

import orjson
from twisted.internet import defer
from twisted.trial.unittest import SynchronousTestCase

from pollinations.routing.notification import KEPT
from pollinations.settings.schema import Gui, Settings
from pollinations.testing import scripts
from pollinations.testing.together import Got, Together
from pollinations.web.notifications import KEEPALIVE, MOST, RECENT, STALLED

PATH = "/v1/notifications"
EVENTS = {"Accept": "text/event-stream"}


def everything(model: Any = None, **fields: Any) -> Together:
    """A proxy that shows whatever there is."""
    return Together(model, Settings(gui=Gui("all", "verbose"), **fields))


def heard(got: Got) -> list[str]:
    """The messages that a listener was sent."""
    return [event["message"] for event in got.events]


class ListTests(SynchronousTestCase):
    """Tests for the list."""

    def test_is_a_list_as_others_are(self) -> None:
        """Of all that is kept, the newest last."""
        proxy = everything()
        self.assertEqual(proxy.get(PATH).json, {"object": "list", "data": []})
        proxy.notifications.add("status", "warning", "Title", "Message")
        [one] = proxy.get(PATH).json["data"]
        expected = {"channel": "status", "kind": "warning", "title": "Title", "message": "Message"}
        self.assertEqual({name: one[name] for name in expected}, expected)
        self.assertEqual((type(one["id"]), one["at"]), (int, 0.0))

    def test_begins_after_the_one_that_is_named(self) -> None:
        """``?since=ID``."""
        proxy = everything()
        for message in ("one", "two", "three"):
            proxy.notifications.add("status", "info", "T", message)
        first = proxy.get(PATH).json["data"][0]["id"]
        later = proxy.get(f"{PATH}?since={first}").json["data"]
        self.assertEqual([one["message"] for one in later], ["two", "three"])

    def test_refuses_what_is_no_number(self) -> None:
        """With the name of what is wrong; a stream too, before it has begun."""
        proxy = everything()
        for wrong in ("x", "-1", "1.5", "9" * 30, "%00", "½"):
            for headers in ({}, EVENTS):
                got = proxy.get(f"{PATH}?since={wrong}", headers)
                self.assertEqual((got.status, got.error["param"]), (400, "since"), wrong)

    def test_is_guarded_like_all_else(self) -> None:
        """By the token, by Host, by Origin."""
        proxy = Together(token="local_x")
        self.assertEqual(proxy.get(PATH, EVENTS).status, 401)
        self.assertEqual(proxy.get(PATH, {"Authorization": "Bearer local_x"}).status, 200)
        proxy = Together()
        self.assertEqual(proxy.get(PATH, {**EVENTS, "Origin": "https://evil.example"}).status, 403)
        self.assertEqual(proxy.post(PATH, b"{}").status, 405)

    def test_a_head_has_no_body_and_does_not_wait(self) -> None:
        """Of either form."""
        proxy = everything()
        for headers, form in (({}, "application/json"), (EVENTS, "text/event-stream")):
            got = proxy.ask("HEAD", PATH, headers)
            self.assertEqual((got.status, got.data, got.ended), (200, b"", True))
            self.assertIn(form, str(got.header("Content-Type")))


class StreamTests(SynchronousTestCase):
    """Tests for the stream of events."""

    def listening(self, proxy: Together, **headers: str) -> Got:
        """A client that listens."""
        got = proxy.get(PATH, {**EVENTS, **headers})
        self.assertEqual(got.status, 200)
        self.assertIn("text/event-stream", str(got.header("Content-Type")))
        return got

    def test_gives_each_as_it_comes(self) -> None:
        """At once, with its id, as JSON; the first comment says that somebody is there."""
        proxy = everything()
        got = self.listening(proxy)
        self.assertEqual(got.data, b": listening\n\n")
        for message in ("one", "two"):
            proxy.notifications.add("status", "info", "T", message)
            proxy.pump()
            self.assertEqual(heard(got)[-1], message)
        self.assertFalse(got.ended)
        ids = [line[4:] for line in got.data.splitlines() if line.startswith(b"id: ")]
        self.assertEqual(ids, [str(event["id"]).encode() for event in got.events])

    def test_many_hear_the_same(self) -> None:
        """Each of those that listen."""
        proxy = everything()
        both = [self.listening(proxy), self.listening(proxy)]
        proxy.notifications.add("log", "error", "T", "one")
        proxy.pump()
        self.assertEqual([heard(got) for got in both], [["one"], ["one"]])

    def test_begins_with_the_last_seconds(self) -> None:
        """A client may have been started by what happened; what is older is no news to it."""
        proxy = everything()
        proxy.notifications.add("status", "info", "T", "old")
        proxy.advance(RECENT + 1)
        proxy.notifications.add("status", "info", "T", "young")
        self.assertEqual(heard(self.listening(proxy)), ["young"])

    def test_goes_on_where_a_client_was(self) -> None:
        """``Last-Event-ID``, as an event source sends it, or ``?since``."""
        proxy = everything()
        for message in ("one", "two", "three"):
            proxy.notifications.add("status", "info", "T", message)
        proxy.advance(RECENT + 1)
        [first, *_] = proxy.get(PATH).json["data"]
        got = self.listening(proxy, **{"Last-Event-ID": str(first["id"])})
        self.assertEqual(heard(got), ["two", "three"])
        got = proxy.get(f"{PATH}?since={first['id']}", EVENTS)
        self.assertEqual(heard(got), ["two", "three"])

    def test_says_nothing_twice_to_one_who_comes_late(self) -> None:
        """What is sent at the start does not come again with what follows."""
        proxy = everything()
        proxy.notifications.add("status", "info", "T", "one")
        got = self.listening(proxy)
        proxy.notifications.add("status", "info", "T", "two")
        proxy.pump()
        self.assertEqual(heard(got), ["one", "two"])

    def test_is_for_those_who_ask_for_events(self) -> None:
        """And would not rather have a list."""
        for accept, stream in (
            ("text/event-stream", True),
            ("TEXT/Event-Stream; charset=utf-8", True),
            ("application/json, text/event-stream", True),
            ("text/event-stream, */*;q=0.1", True),
            ("text/event-stream;q=0", False),
            ("text/event-stream; q=0.0, application/json", False),
            ("text/event-stream;q=0.5, application/json", False),
            ("text/event-streams", False),
            ("*/*", False),
            ("", False),
        ):
            got = everything().get(PATH, {"Accept": accept})
            self.assertEqual(got.header("Content-Type") == "application/json", not stream, accept)

    def test_comments_keep_it_alive(self) -> None:
        """Comments only: an event that is none would be read as one."""
        proxy = everything()
        got = self.listening(proxy)
        proxy.advance(3 * KEEPALIVE + 1)
        self.assertEqual(got.data, 4 * b": listening\n\n")

    def test_a_client_who_leaves_leaves_nothing(self) -> None:
        """No listener, no timer."""
        proxy = everything()
        got = self.listening(proxy)
        self.assertEqual(len(proxy.clock.getDelayedCalls()), 1)
        got.leave()
        proxy.pump()
        self.assertEqual(proxy.clock.getDelayedCalls(), [])
        proxy.notifications.add("status", "info", "T", "to nobody")

    def test_so_many_may_listen(self) -> None:
        """One more is told when to come back, and comes in when another has left."""
        proxy = everything()
        all_of_them = [self.listening(proxy) for _ in range(MOST)]
        late = proxy.get(PATH, EVENTS)
        self.assertEqual((late.status, late.header("Retry-After")), (503, "15"))
        self.assertEqual(proxy.get(PATH).status, 200)
        all_of_them[0].leave()
        proxy.pump()
        self.listening(proxy)

    def test_stopping_sends_all_home(self) -> None:
        """With a proper end, so that nobody waits for them."""
        proxy = everything()
        both = [self.listening(proxy), self.listening(proxy)]
        proxy.feed.startService()
        self.successResultOf(defer.maybeDeferred(proxy.feed.stopService))
        proxy.pump()
        self.assertEqual([(got.ended, got.whole) for got in both], [(True, True)] * 2)
        self.assertEqual(proxy.clock.getDelayedCalls(), [])

    def test_a_slow_reader_costs_nothing(self) -> None:
        """Nothing is kept for it but what is kept anyway; when it reads on, it gets the last."""
        proxy = everything()
        got = self.listening(proxy)
        [listener] = proxy.feed._listeners
        listener.pauseProducing()
        for number in range(3 * KEPT):
            proxy.notifications.add("status", "info", "T", str(number))
        proxy.pump()
        self.assertEqual(heard(got), [])
        listener.resumeProducing()
        proxy.pump()
        self.assertEqual(heard(got), [str(n) for n in range(2 * KEPT, 3 * KEPT)])

    def test_one_who_never_reads_is_let_go(self) -> None:
        """After a while, and with its place."""
        proxy = everything()
        self.listening(proxy)
        [listener] = proxy.feed._listeners
        listener.pauseProducing()
        proxy.advance(STALLED + KEEPALIVE)
        self.assertEqual(proxy.feed._listeners, set())


class SourceTests(SynchronousTestCase):
    """What a proxy tells of by itself."""

    def test_tells_of_the_safety_net(self) -> None:
        """A listener sees who answered instead, as soon as the answer is over."""
        model = scripts.ByUniverse(free=scripts.text("Hi"), enter=scripts.error(402, "No pollen"))
        proxy = Together(model, Settings(mode="pro"))
        got = proxy.get(PATH, EVENTS)
        self.assertEqual(proxy.chat("hi", model="enter/openai").status, 200)
        proxy.pump()
        [event] = got.events
        self.assertEqual((event["channel"], event["kind"]), ("status", "warning"))
        self.assertEqual(event["title"], "Pollinations Safety")
        self.assertIn("⚠️ Safety Net: free/", event["message"])
        self.assertIn("(Insufficient Funds (Upstream 402))", event["message"])

    def test_tells_what_is_left_after_an_enter_request(self) -> None:
        """And nothing after a free one."""
        proxy = everything(scripts.text("Hi"), mode="pro")
        proxy.chat("hi", model="free/openai")
        proxy.chat("hi", model="enter/openai")
        [one] = proxy.get(PATH).json["data"]
        self.assertEqual(one["message"].split(" | ")[0], "🌸 Tier: 10.00/10 (100%)")

    def test_says_nothing_of_what_was_asked_or_answered(self) -> None:
        """Nor of keys."""
        proxy = everything(scripts.error(500, "PROMPT sk_secret"), mode="pro", retries=0)
        proxy.chat("PROMPT", model="enter/openai", headers={"Authorization": "Bearer sk_secret"})
        said = orjson.dumps(proxy.get(PATH).json).decode()
        self.assertIn("500", said)
        self.assertNotIn("PROMPT", said)
        self.assertNotIn("sk_", said)
