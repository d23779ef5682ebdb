"""The whole examination, with services in memory."""

from pathlib import Path
from typing import Any

import attrs
import pytest
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import DNSLookupError
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from pollinations.commands.verb import Told
from pollinations.shell.doctor.case import Case
from pollinations.shell.doctor.examination import found, told
from pollinations.shell.doctor.signatures import PATIENCE, signatures
from pollinations.start import Start
from pollinations.testing.account import DEMO_KEY, LIMITED_KEY
from pollinations.testing.together import Together
from pollinations.upstream.agent import LeanClient


class RedisTests(SynchronousTestCase):
    """A store on another machine."""

    def test_a_redis_that_does_not_answer_is_a_failure(self) -> None:
        """It is not waited for, and its password is not told."""
        pytest.importorskip("txredisapi")
        home = str(Path(self.mktemp()).absolute())
        uri = "redis://:secret@127.0.0.1:6379/0"
        environ = {"POLLINATIONS_HOME": home, "POLLINATIONS_SIGNATURES": uri}
        reactor = MemoryReactorClock()
        case = Case.of(Start.of({}, environ), environ)
        asked = Deferred.fromCoroutine(signatures(case, reactor))
        self.assertNoResult(asked)
        reactor.advance(PATIENCE)
        finding = self.successResultOf(asked)
        self.assertEqual(finding.state, "fail")
        self.assertNotIn("secret", finding.line("en"))


class Offline:
    """An agent that finds no name."""

    def request(self, *_: Any, **__: Any) -> "Deferred[Any]":
        return fail(DNSLookupError())

    def flush(self) -> None:
        """Nothing is under way."""


class ExaminationTests(SynchronousTestCase):
    """Everything that is looked at, and what is said in the end."""

    def setUp(self) -> None:
        self.clock, self.said = Clock(), {}
        self.service = Together(clock=self.clock)
        self.home = Path(self.mktemp()).absolute()
        self.home.mkdir(0o700)

    def told(self, **environ: str) -> Told:
        """What the doctor says."""
        environ = {
            "HOME": str(self.home),
            "PATH": "",
            "POLLINATIONS_HOME": str(self.home),
            "POLLINATIONS_PORT": "0",
            "POLLINATIONS_FREE_URL": "http://up/free",
            "POLLINATIONS_ENTER_URL": "http://up/enter",
            **environ,
        }
        case = attrs.evolve(Case.of(Start.of({}, environ), environ), said=self.said)
        client: Any = LeanClient(self.service.back)
        outcome: list[Any] = []
        asked = Deferred.fromCoroutine(found(case, client, self.clock, lambda: 1_770_000_000.0))
        asked.addBoth(outcome.append)
        self.service.pump()
        self.clock.advance(60)
        [findings] = outcome
        if isinstance(findings, Failure):
            findings.raiseException()
        return told(findings, case)

    def states(self, **environ: str) -> dict[str, str]:
        """Name to state."""
        return {one["name"]: one["state"] for one in self.told(**environ).data["checks"]}

    def test_a_good_key_is_good(self) -> None:
        report = self.told(POLLINATIONS_API_KEY=DEMO_KEY)
        self.assertTrue(report.ok)
        self.assertTrue(report.data["ok"])
        self.assertIn("Nothing is wrong.", report.text)
        self.assertIn("POLLINATIONS_API_KEY is good", report.text)

    def test_both_services_answer(self) -> None:
        states = self.states()
        self.assertEqual((states["free"], states["enter"], states["key"]), ("ok", "ok", "warn"))

    def test_the_services_of_the_proxy_that_runs_are_examined(self) -> None:
        """Wherever it was told that they are; and a demonstration needs no key."""
        here = {"POLLINATIONS_FREE_URL": "http://no/", "POLLINATIONS_ENTER_URL": "http://no/"}
        upstreams = {"free": "http://up/free", "enter": "http://up/enter"}
        self.said = {"demo": True, "upstreams": upstreams, "key": None}
        states = self.states(**here)
        self.assertEqual([states[name] for name in ("free", "enter", "key")], 3 * ["ok"])
        self.assertIn("the proxy is a demonstration", self.told(**here).text)

    def test_the_key_of_the_proxy_that_runs_is_the_one_that_counts(self) -> None:
        """This shell may have none, or another one."""
        key = {"masked": "sk_abc…", "source": "auth.json"}
        for known, limited, state in (
            (True, False, "ok"),
            (False, True, "warn"),
            (False, False, "warn"),
        ):
            self.said = {"key": key, "quota": {"known": known, "limited": limited}}
            self.assertEqual(self.states()["key"], state)
            self.assertIn("sk_abc… from auth.json" if not known else "sk_abc…", self.told().text)
        self.said = {"key": None}
        report = self.told(POLLINATIONS_API_KEY=DEMO_KEY)
        self.assertIn("is there for this shell alone", report.text)

    def test_what_is_wrong_with_its_settings_is_what_the_proxy_says(self) -> None:
        """Who knows what is in force instead."""
        path = str(self.home / "config.json")
        self.said = {"settings": {"path": path, "problems": ["the last good settings stay"]}}
        self.assertIn("the last good settings stay", self.told().text)

    def test_a_key_that_cannot_be_checked_is_no_failure_of_its_own(self) -> None:
        """And there is something to do."""
        report = self.told(POLLINATIONS_API_KEY=DEMO_KEY, POLLINATIONS_ENTER_URL="http://up/free")
        self.assertIn("run this again when http://up/free answers", report.text)

    def test_a_limited_key_is_welcome(self) -> None:
        report = self.told(POLLINATIONS_API_KEY=LIMITED_KEY)
        self.assertTrue(report.ok)
        self.assertIn("may not look at its account", report.text)

    def test_an_unknown_key_is_a_failure(self) -> None:
        """It is named by its beginning and its place."""
        report = self.told(POLLINATIONS_API_KEY="sk_0123456789abcdefghij")
        self.assertFalse(report.ok)
        self.assertIn("sk_012…", report.text)
        self.assertNotIn("0123456789", report.text + str(report.data))

    def test_a_service_that_is_elsewhere_is_a_failure(self) -> None:
        states = self.states(POLLINATIONS_FREE_URL="http://up/nowhere")
        self.assertEqual((states["free"], states["enter"]), ("fail", "ok"))

    def test_a_machine_without_network_is_told_plainly(self) -> None:
        """That is what no name being found means most often."""
        self.service.back = Offline()
        report = self.told()
        self.assertIn("http://up/free/models cannot be reached: there is no network", report.text)
        self.assertNotIn("Error", report.text)

    def test_a_store_in_memory_forgets(self) -> None:
        report = self.told(POLLINATIONS_SIGNATURES="memory:")
        self.assertIn("kept in memory", report.text)

    def test_a_store_that_is_none_is_a_failure(self) -> None:
        """An address may hold a password."""
        report = self.told(POLLINATIONS_SIGNATURES="mysql://me:secret@host/")
        self.assertFalse(report.ok)
        self.assertNotIn("secret", report.text)

    def test_a_file_of_signatures_that_is_broken_is_said(self) -> None:
        (self.home / "signatures.json").write_text("[")
        self.assertEqual(self.states()["signatures"], "warn")
        (self.home / "signatures.json").unlink()
        (self.home / "signatures.json").mkdir()
        self.assertEqual(self.states()["signatures"], "fail")

    def test_it_speaks_french(self) -> None:
        (self.home / "config.json").write_text('{"language": "fr"}')
        (self.home / "config.json").chmod(0o600)
        self.assertIn("Tout va bien.", self.told().text)

    def test_a_check_that_breaks_ends_nothing(self) -> None:
        """Here a file lies in the place of a folder."""
        (self.home / "file").touch()
        states = self.states(POLLINATIONS_HOME=str(self.home / "file" / "home"))
        self.assertIn("fail", states.values())
        self.assertEqual(states["versions"], "ok")
