"""What one worker knows, all of them do."""

from collections.abc import Mapping
from typing import Any

import attrs
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from pollinations.interfaces import ISignatureStore
from pollinations.routing.catalogue import Model
from pollinations.routing.gaps import Gaps
from pollinations.routing.notification import Notification, Notifications
from pollinations.routing.quota import Quota
from pollinations.routing.record import Attempt, Record
from pollinations.routing.route import Route
from pollinations.settings.schema import Gui
from pollinations.signatures.memory import MemorySignatureStore
from pollinations.workers.hub import PATIENCE
from pollinations.workers.messages import Decoder, encode
from pollinations.workers.notices import SharedNotices
from pollinations.workers.shared import SharedCooldowns, SharedNotifications, SharedSignatures
from pollinations.workers.values import quota_of, record_of, told

KEY = ("enter", "openai")


class CooldownTests(SynchronousTestCase):
    """Two workers, and models that fail."""

    crew: Any

    def setUp(self) -> None:
        self.all = self.crew()
        self.links = [self.all.join() for _ in range(2)]
        self.one, self.other = (
            SharedCooldowns(link, self.all.clock.seconds) for link in self.links
        )

    def views(self) -> list[Mapping[tuple[str, str], float]]:
        """Whom each leaves alone."""
        self.all.carry()
        return [each.view(self.all.clock.seconds()) for each in (self.one, self.other)]

    def test_what_fails_for_one_is_left_alone_by_all(self) -> None:
        """For as long, and no longer than it answers one of them again."""
        self.one.failed(KEY, self.all.clock.seconds(), 30.0)
        self.assertEqual(self.views(), [{KEY: 30.0}, {KEY: 30.0}])
        self.other.succeeded(KEY)
        self.assertEqual(self.views(), [{}, {}])

    def test_one_probe_is_enough_for_all(self) -> None:
        """While one worker's is out, the other's requests go elsewhere."""
        self.one.failed(KEY, 0.0)
        self.all.carry()
        self.all.clock.advance(5)
        self.assertEqual(self.views(), [{}, {}])
        self.other.asked(KEY, 5.0)
        self.assertEqual([KEY in view for view in self.views()], [True, True])
        self.other.abandoned(KEY)
        self.assertEqual(self.views(), [{}, {}])

    def test_what_wants_pollen_is_held_by_all(self) -> None:
        """Until the account was looked at."""
        self.one.failed(KEY, 0.0, None, True)
        self.assertEqual([view[KEY] for view in self.views()], [float("inf")] * 2)

    def test_retry_forgets_for_all(self) -> None:
        """Whichever worker the command came to."""
        self.one.failed(KEY, 0.0)
        self.all.carry()
        self.assertEqual(self.other.clear(), 1)
        self.assertEqual(self.views(), [{}, {}])

    def test_models_that_answer_are_not_talked_about(self) -> None:
        """Nearly every request would be."""
        self.one.asked(KEY, 0.0)
        self.one.succeeded(KEY)
        self.one.abandoned(KEY)
        self.assertEqual([len(pipes.to_hub) for pipes in self.all.pipes], [0, 0])


class NotificationTests(SynchronousTestCase):
    """Two workers that want a person to see something."""

    crew: Any

    def setUp(self) -> None:
        self.all = self.crew()
        self.gui = Gui(status="all")
        at_parent = Notifications(lambda: self.gui, self.all.clock.seconds)
        SharedNotices(self.all.hub, at_parent)
        self.one, self.other = (self.joined() for _ in range(2))

    def joined(self) -> SharedNotifications:
        """One more worker."""
        return SharedNotifications(self.all.join(), self.all.clock.seconds)

    def say(self, who: SharedNotifications, message: str) -> None:
        """Let it be known."""
        who.add("status", "warning", "Title", message)
        self.all.carry()

    def test_all_show_the_same(self) -> None:
        """With the same numbers, in the same order, to whoever listens where."""
        shown: list[Notification] = []
        self.other.subscribers.append(shown.append)
        self.say(self.one, "first")
        self.say(self.other, "second")
        self.assertEqual([each.message for each in shown], ["first", "second"])
        self.assertEqual(self.one.since(), tuple(shown))
        self.assertEqual(self.other.since(), tuple(shown))
        self.assertLess(shown[0].id, shown[1].id)

    def test_what_several_find_out_is_said_once(self) -> None:
        """And is one line in the log, that of whoever was first."""
        logged: list[str] = []
        self.one.observers.append(lambda _: logged.append("one"))
        self.other.observers.append(lambda _: logged.append("other"))
        self.say(self.other, "the same")
        self.say(self.one, "the same")
        self.assertEqual(len(self.one.since()), 1)
        self.assertEqual(logged, ["other"])

    def test_what_nobody_wants_to_see_is_only_logged(self) -> None:
        """The settings say so."""
        self.gui = Gui(status="none")
        logged: list[Notification] = []
        self.one.observers.append(logged.append)
        self.say(self.one, "hidden")
        self.assertEqual(len(logged), 1)
        self.assertEqual(self.one.since(), ())

    def test_who_comes_later_shows_them_too(self) -> None:
        """A client that was connected to one that died has missed nothing."""
        self.say(self.one, "before")
        pipes: Any = self.all.pipes
        late = self.joined()
        self.all.carry()
        self.assertEqual(late.since(), self.one.since())
        self.assertEqual(len(pipes), 3)


class SignatureTests(SynchronousTestCase):
    """Two workers, each with a store of its own."""

    crew: Any

    def setUp(self) -> None:
        self.all = self.crew()
        self.links = [self.all.join() for _ in range(2)]
        self.kept = [MemorySignatureStore() for _ in self.links]
        self.one, self.other = (
            SharedSignatures(*pair) for pair in zip(self.links, self.kept, strict=True)
        )

    def got(self, store: SharedSignatures, *keys: str) -> "Deferred[Mapping[str, str]]":
        """What it knows of *keys*, as soon as all have been asked."""
        found = Deferred.fromCoroutine(store.get(keys))
        self.all.carry()
        return found

    def test_it_is_a_store(self) -> None:
        """Nobody need know that there are others."""
        self.assertTrue(verifyObject(ISignatureStore, self.one))
        self.assertEqual(self.one.size, 0)

    def test_what_one_has_taken_another_finds(self) -> None:
        """At once, and from then on by itself."""
        self.successResultOf(Deferred.fromCoroutine(self.one.put({"a": "1"})))
        self.assertEqual(self.successResultOf(self.got(self.other, "a", "b")), {"a": "1"})
        self.all.leave(self.links[0])
        self.assertEqual(self.successResultOf(self.got(self.other, "a")), {"a": "1"})

    def test_what_is_known_is_asked_of_nobody(self) -> None:
        """Most conversations stay with one worker."""
        self.successResultOf(Deferred.fromCoroutine(self.one.put({"a": "1"})))
        found = Deferred.fromCoroutine(self.one.get(["a"]))
        self.assertEqual(self.successResultOf(found), {"a": "1"})
        self.assertEqual(self.successResultOf(Deferred.fromCoroutine(self.one.get([]))), {})

    def test_one_that_is_busy_is_not_waited_for_long(self) -> None:
        """A request is worth more than a signature."""
        self.all.silence(self.links[0])
        found = self.got(self.other, "a")
        self.assertNoResult(found)
        self.all.clock.advance(PATIENCE)
        self.all.carry()
        self.assertEqual(self.successResultOf(found), {})

    def test_a_store_that_all_share_is_enough(self) -> None:
        """Then what it does not know nobody does."""
        store = SharedSignatures(self.links[0], self.kept[0], lambda: False)
        self.assertEqual(self.successResultOf(Deferred.fromCoroutine(store.get(["a"]))), {})


def test_values_come_out_as_they_went_in() -> None:
    """Through bytes and back, with all that a record can hold."""
    model = Model("openai", ("gpt",), pricing={"promptTextTokens": 1e-6}, tools=True)
    route = Route("enter", "openai", "Rate Limit (Upstream 429)", model, rescue=True)
    gaps = Gaps()
    gaps.add(0.2)
    attempts = (Attempt(route, 429, 0.25, "busy"), Attempt(Route("free", "x"), 0, 0.5))
    record = Record(
        "id", "enter/gpt", route, 1.5, ("gemini.schema",), attempts, 200, 0.1, 0.2, 3, 4, 1e-5,
        gaps=gaps,
    )  # fmt: skip
    quota = Quota(known=True, grant=1.25, tier="seed", resets=17.0)
    [(_, said)] = Decoder().feed(encode("", [told(record), told(quota)]))
    assert record_of(said[0]) == record
    assert attrs.astuple(quota_of(said[1])) == attrs.astuple(quota)
