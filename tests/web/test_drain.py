"""Live answers come to their end when the proxy stops, or are ended honestly."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from pollinations.settings.schema import Gui, Settings
from pollinations.testing import scripts
from pollinations.testing.script import Stall
from pollinations.testing.together import Got, Together

SLOW = scripts.text("One ", "two ", "three.").but(pace=5.0)
NEVER = scripts.text("One").then(Stall())
SILENT = scripts.hanging()
EVENTS = {"Accept": "text/event-stream"}


class DrainTests(SynchronousTestCase):
    """Tests for :meth:`pollinations.web.api.OpenAIResource.drain`."""

    def drain(self, proxy: Together, seconds: float = 30.0) -> "Deferred[None]":
        drained = Deferred.fromCoroutine(proxy.api.drain(seconds))
        proxy.pump()
        return drained

    def cut(self, got: Got) -> Any:
        """The error that ends a stream."""
        self.assertNotIn(b"[DONE]", got.data)
        self.assertTrue(got.ended)
        return got.events[-1]["error"]

    def test_nothing_to_wait_for(self) -> None:
        """It is over at once, and says so to whoever looks whether it is ready."""
        proxy = Together()
        self.assertEqual(proxy.get("/health/ready").status, 200)
        self.successResultOf(self.drain(proxy))
        got = proxy.get("/health/ready")
        self.assertEqual((got.status, got.json), (503, {"status": "draining"}))
        self.assertEqual(proxy.get("/health/live").status, 200)

    def test_live_answers_come_to_their_end(self) -> None:
        """Streams and whole ones, none of them cut; then it is over, long before the limit."""
        proxy = Together(SLOW)
        streamed = proxy.chat("hi", model="enter/openai", stream=True)
        whole = proxy.chat("hi", model="enter/openai")
        drained = self.drain(proxy, 500.0)
        self.assertNoResult(drained)
        proxy.advance(60)
        self.successResultOf(drained)
        for got in (streamed, whole):
            self.assertEqual((got.status, got.text, got.whole), (200, "One two three.", True))

    def test_requests_in_the_queue_get_their_turn(self) -> None:
        """The free universe serves one at a time; whoever waits there is waited for."""
        proxy = Together(SLOW)
        all_of_them = [proxy.chat("hi") for _ in range(3)]
        drained = self.drain(proxy, 500.0)
        proxy.advance(200)
        self.successResultOf(drained)
        self.assertEqual([got.text for got in all_of_them], ["One two three."] * 3)

    def test_a_stream_that_takes_too_long_ends_in_an_error(self) -> None:
        """After what has come of it, with no end that the upstream did not send."""
        proxy = Together(NEVER)
        got = proxy.chat("hi", model="enter/openai", stream=True)
        drained = self.drain(proxy, 30.0)
        proxy.advance(29)
        self.assertFalse(got.ended)
        proxy.advance(1)
        self.successResultOf(drained)
        self.assertEqual(got.text, "One")
        error = self.cut(got)
        self.assertEqual((error["type"], error["code"]), ("server_error", "proxy_stopping"))
        [exchange] = proxy.imitation.recording
        self.assertTrue(exchange.hung_up)

    def test_what_has_not_begun_is_refused(self) -> None:
        """With a status that says to come back, wherever the request is: also in the queue."""
        proxy = Together(SILENT)
        waiting = [proxy.chat("hi", stream=stream) for stream in (True, False)]
        waiting.append(proxy.chat("hi", model="enter/openai"))
        drained = self.drain(proxy, 5.0)
        proxy.advance(5)
        self.successResultOf(drained)
        for got in waiting:
            self.assertEqual((got.status, got.error["code"]), (503, "proxy_stopping"))
            self.assertGreater(int(str(got.header("Retry-After"))), 0)
        self.assertTrue(all(exchange.hung_up for exchange in proxy.imitation.recording))
        self.assertEqual({one.status for one in proxy.exchange.records}, {503})
        self.assertFalse(proxy.exchange.live)

    def test_it_is_nobodys_failure(self) -> None:
        """The models that were cut off are not left alone for it."""
        proxy = Together(NEVER)
        proxy.chat("hi", model="enter/openai", stream=True)
        proxy.chat("hi", model="enter/gemini", stream=True)
        self.drain(proxy, 1.0)
        proxy.advance(1)
        self.assertEqual(proxy.exchange.situation().cooling, {})

    def test_requests_that_come_later_are_answered_until_it_is_over(self) -> None:
        """A client may have had no chance to go elsewhere. It is over when something was ended."""
        proxy = Together(scripts.text("Hello"))
        hanging = Together(NEVER)
        hanging.chat("hi", model="enter/openai", stream=True)
        drained = self.drain(hanging, 30.0)
        later = hanging.chat("hi", model="enter/openai", stream=True)
        self.assertEqual((later.status, later.text), (200, "One"))
        self.successResultOf(self.drain(proxy))
        self.assertEqual(proxy.chat("hi").status, 200)
        # What waits for an end must come to it: as garbage, the one would wake the other.
        self.drain(hanging, 0)
        self.successResultOf(drained)
        self.assertEqual(hanging.chat("hi").status, 503)

    def test_a_second_time_hurries(self) -> None:
        """Both are over then."""
        proxy = Together(NEVER)
        got = proxy.chat("hi", model="enter/openai", stream=True)
        first = self.drain(proxy, 3000.0)
        second = self.drain(proxy, 0)
        self.successResultOf(first)
        self.successResultOf(second)
        self.assertEqual(self.cut(got)["code"], "proxy_stopping")

    def test_listeners_are_sent_home(self) -> None:
        """Who listens to notifications is not waited for, and nobody listens any more."""
        proxy = Together(settings=Settings(gui=Gui("all", "verbose")))
        got = proxy.get("/v1/notifications", EVENTS)
        self.assertFalse(got.ended)
        self.successResultOf(self.drain(proxy))
        proxy.pump()
        self.assertTrue(got.whole)
        self.assertEqual(proxy.get("/v1/notifications", EVENTS).status, 503)
        self.assertEqual(proxy.get("/v1/notifications").status, 200)

    def test_a_client_who_leaves_meanwhile_is_not_waited_for(self) -> None:
        """The last one that leaves ends it."""
        proxy = Together(NEVER)
        got = proxy.chat("hi", model="enter/openai", stream=True)
        drained = self.drain(proxy, 30.0)
        got.leave()
        proxy.advance(0.5)
        self.successResultOf(drained)
