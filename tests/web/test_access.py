"""One line for each request, when it is over."""

from typing import Any

import attrs
from twisted.logger import LogLevel, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from pollinations.logs.service import LogService
from pollinations.routing.quota import Quota
from pollinations.settings.schema import Settings
from pollinations.testing.failures import hanging, upstream_error
from pollinations.testing.together import Together

KEY = "sk_canary_0123456789abcdef"
EMPTY = Quota(known=True)


class AccessLogTests(SynchronousTestCase):
    """A whole proxy in memory, and what it logs."""

    def setUp(self) -> None:
        self.events: list[dict[str, Any]] = []
        stamping = LogService(None, Settings)
        stamping.startService()
        self.addCleanup(stamping.stopService)
        globalLogPublisher.addObserver(self.events.append)
        self.addCleanup(globalLogPublisher.removeObserver, self.events.append)

    def lines(self) -> list[dict[str, Any]]:
        """The lines of the access log."""
        return [e for e in self.events if e["log_namespace"].endswith("AccessLog")]

    def line(self) -> dict[str, Any]:
        """The only one."""
        [line] = self.lines()
        return line

    def text(self) -> str:
        """It, as a person reads it."""
        return str(self.line()["log_format"].format(**self.line()))

    def test_a_request_that_is_no_chat(self) -> None:
        got = Together().get("/v1/models?key=" + KEY, {"x-request-id": "r1"})
        line = self.line()
        self.assertEqual((line["method"], line["path"], line["status"]), ("GET", "/v1/models", 200))
        self.assertEqual((line["request_id"], line["bytes_out"]), ("r1", len(got.data)))
        self.assertIs(line["log_level"], LogLevel.info)
        self.assertTrue(self.text().startswith("GET /v1/models 200 seconds="), self.text())

    def test_braces_are_no_fields(self) -> None:
        """Whoever formats the line writes what was asked for."""
        Together().chat("Hi", model="free/{seconds}")
        self.assertIn(" asked=free/{seconds} ", self.text())

    def test_a_chat(self) -> None:
        """With who answered, what it took and what it cost."""
        Together().chat("Hi", model="enter/openai", headers={"User-Agent": "curl/8.5 (x)"})
        line = self.line()
        self.assertEqual((line["asked"], line["model"]), ("enter/openai", "enter/openai"))
        self.assertEqual((line["status"], line["attempts"]), (200, 1))
        self.assertGreater(line["prompt_tokens"], 0)
        self.assertGreater(line["completion_tokens"], 0)
        self.assertGreater(line["cost"], 0)
        self.assertGreater(line["bytes_in"], 0)
        self.assertEqual((line["universe"], line["client"]), ("enter", "curl/8.5"))
        self.assertNotIn("reason", line)

    def test_a_stream_is_one_line_however_long(self) -> None:
        """And it comes at the end."""
        got = Together().chat("Hi", stream=True)
        line = self.line()
        self.assertEqual((line["status"], line["bytes_out"]), (200, len(got.data)))
        self.assertIn("first_byte", line)

    def test_a_chat_that_another_model_answered(self) -> None:
        proxy = Together()
        proxy.quota.latest = EMPTY
        proxy.settings = attrs.evolve(proxy.settings, mode="alwaysfree")
        proxy.chat("Hi", model="enter/openai")
        line = self.line()
        self.assertEqual((line["asked"], line["universe"]), ("enter/openai", "free"))
        self.assertIn('reason="Quest Pollen < 0.05 (Wallet Protected)"', self.text())

    def test_a_chat_that_failed(self) -> None:
        """With the status that the client got, and as many attempts as there were."""
        proxy = Together(upstream_error(401, "no"))
        proxy.settings = attrs.evolve(proxy.settings, mode="manual")
        got = proxy.chat("Hi")
        self.assertEqual(self.line()["status"], got.status)
        self.assertEqual(self.line()["attempts"], 1)

    def test_a_client_who_leaves(self) -> None:
        """Before anybody has answered."""
        proxy = Together(hanging())
        got = proxy.chat("Hi")
        self.assertEqual(self.lines(), [])
        got.leave()
        proxy.pump()
        proxy.advance(1)
        self.assertEqual(self.line()["status"], 499)
        self.assertEqual(self.line()["asked"], "free/openai")

    def test_who_may_not_come_in(self) -> None:
        """Is logged as well."""
        Together().ask("GET", "/v1/models", {"Host": "evil.example"})
        self.assertEqual(self.line()["status"], 403)

    def test_who_looks_often_is_heard_by_those_who_listen_closely(self) -> None:
        proxy = Together(token="t")
        proxy.get("/health")
        proxy.get("/metrics")
        levels = [line["log_level"] for line in self.lines()]
        self.assertEqual(levels, [LogLevel.debug, LogLevel.info])

    def test_what_clients_make_up_is_cut_and_rid_of_keys(self) -> None:
        """Paths, names of models, what they call themselves."""
        Together().chat("Hi", model=f"free/{KEY}{'x' * 5000}", headers={"User-Agent": KEY})
        Together().get(f"/v1/models/{KEY}")
        for line in self.lines():
            told = line["log_format"].format(**line)
            self.assertNotIn(KEY, told)
            self.assertLess(len(told), 1500)

    def test_every_line_of_a_request_says_so(self) -> None:
        """Those of its answer too, which the network brings."""
        proxy = Together(upstream_error(500, "broken"))
        proxy.chat("Hi", headers={"x-request-id": "r1"})
        proxy.advance(10)
        told = [e for e in self.events if e["log_namespace"].startswith("pollinations")]
        self.assertGreater(len(told), 4)
        self.assertEqual({e["request_id"] for e in told}, {"r1"})
