"""Commands without a proxy, on files."""

import json
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from pollinations.commands.runner import Commands
from pollinations.commands.verb import Told
from pollinations.routing.catalogue import Catalogue, Model
from pollinations.shell.alone import control
from pollinations.start import Start
from pollinations.testing.together import Together
from pollinations.upstream.agent import LeanClient


class ControlTests(SynchronousTestCase):
    """What commands look at where no proxy runs."""

    def setUp(self) -> None:
        self.home = Path(self.mktemp()).absolute()
        self.home.mkdir()
        self.clock = Clock()
        self.service = Together(clock=self.clock)

    def told(self, *words: str, **environ: str) -> Told:
        """What a command answers."""
        environ = {
            "HOME": str(self.home),
            "POLLINATIONS_HOME": str(self.home),
            "POLLINATIONS_ENTER_URL": "http://up/enter",
            **environ,
        }
        start = Start.of({}, environ)
        client: Any = LeanClient(self.service.back)
        commands = Commands(control(start, environ, client, self.clock, lambda: 1_770_000_000.0))
        outcome: list[Any] = []
        Deferred.fromCoroutine(commands.run(words)).addBoth(outcome.append)
        self.service.pump()
        [told] = outcome
        if isinstance(told, Failure):
            told.raiseException()
        return told

    def test_settings_are_those_of_the_file(self) -> None:
        (self.home / "config.json").write_text(json.dumps({"mode": "alwaysfree"}))
        self.assertEqual(self.told("mode").data["mode"], "alwaysfree")

    def test_models_are_those_that_a_proxy_kept(self) -> None:
        kept = Catalogue({"free": (Model("a-model-of-yesterday"),)})
        (self.home / "catalogue.json").write_bytes(kept.to_json())
        self.assertIn("a-model-of-yesterday", self.told("models", "yesterday").text)

    def test_there_are_no_requests_to_explain(self) -> None:
        """Those are in the memory of a proxy."""
        self.assertFalse(self.told("why").ok)

    def test_the_account_is_looked_at(self) -> None:
        told = self.told("usage", POLLINATIONS_API_KEY="sk_demo")
        self.assertIn("$5.00", told.text)
