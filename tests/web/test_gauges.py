"""What ``/metrics`` shows of this moment."""

import json
from pathlib import Path

import attrs
from twisted.trial.unittest import SynchronousTestCase

from pollinations.metrics.metrics import Metrics
from pollinations.settings.file import SettingsFile
from pollinations.testing import scripts
from pollinations.testing.together import PLENTY, Together
from pollinations.web.gauges import watch_settings


class GaugesTests(SynchronousTestCase):
    """Tests for :mod:`pollinations.web.gauges`."""

    def setUp(self) -> None:
        self.proxy = Together(scripts.hanging())

    def value(self, name: str, **labels: str) -> float | None:
        """A sample's value at this moment."""
        return self.proxy.api.metrics.registry.get_sample_value(f"pollinations_{name}", labels)

    def test_the_queue_and_what_is_open(self) -> None:
        """One is asked for, the others wait."""
        asked = [self.proxy.chat("hi", model="free/openai") for _ in range(3)]
        self.assertEqual(self.value("in_flight"), 3)
        self.assertEqual(self.value("queue_depth", universe="free"), 2)
        for one in asked:
            one.leave()
            self.proxy.pump()
        self.assertEqual(self.value("in_flight"), 0)
        self.assertEqual(self.value("queue_depth", universe="free"), 0)

    def test_who_is_left_alone(self) -> None:
        """By the model's own name; those that clients made up are one."""
        cooldowns = self.proxy.exchange.outlook.cooldowns
        for name in ("openai-fast", "made-up-1", "made-up-2"):
            cooldowns.failed(("free", name), 0.0)
        self.assertEqual(self.value("cooldown_active", universe="free", model="openai-fast"), 1)
        self.assertEqual(self.value("cooldown_active", universe="free", model="other"), 1)
        self.assertNotIn("made-up", self.proxy.get("/metrics").data.decode())
        self.proxy.advance(6)
        self.assertIsNone(self.value("cooldown_active", universe="free", model="other"))

    def test_the_account(self) -> None:
        """What was seen of it, and when."""
        self.proxy.clock.advance(100)
        self.proxy.quota.latest = attrs.evolve(PLENTY, seen=70.0)
        found = {
            kind: self.value("balance_pollen", kind=kind) for kind in ("grant", "limit", "wallet")
        }
        self.assertEqual(found, {"grant": 10, "limit": 10, "wallet": 50})
        self.assertEqual((self.value("balance_known"), self.value("balance_age_seconds")), (1, 30))

    def test_an_account_of_which_nothing_is_known(self) -> None:
        """Is not said to be empty."""
        self.proxy.quota.latest = attrs.evolve(PLENTY, known=False, seen=0.0)
        self.assertEqual(self.value("balance_known"), 0)
        self.assertIsNone(self.value("balance_pollen", kind="wallet"))
        self.assertIsNone(self.value("balance_age_seconds"))

    def test_who_listens(self) -> None:
        """To notifications, for as long as they do."""
        listener = self.proxy.get("/v1/notifications", {"Accept": "text/event-stream"})
        self.assertEqual(self.value("notification_listeners"), 1)
        listener.leave()
        self.proxy.pump()
        self.assertEqual(self.value("notification_listeners"), 0)

    def test_what_is_remembered(self) -> None:
        """As far as the store says so."""
        self.assertEqual(self.value("signature_store_entries"), 0)
        self.successResultOf(self.proxy.exchange.signatures.put({"a": "b"}))
        self.assertEqual(self.value("signature_store_entries"), 1)

    def test_models(self) -> None:
        """Of each universe."""
        listed = len(self.proxy.catalogue.models["free"])
        self.assertEqual(self.value("models", universe="free"), listed)

    def test_an_end_that_is_near(self) -> None:
        """Until there is nothing more to wait for."""
        self.assertEqual(self.value("draining"), 0)
        self.proxy.api.in_flight.draining = True
        self.assertEqual(self.value("draining"), 1)


class ReloadTests(SynchronousTestCase):
    """Tests for :func:`watch_settings`."""

    def test_changes_and_what_is_wrong_with_them(self) -> None:
        """A file that is good again is not wrong once more."""
        path, metrics = Path("config.json"), Metrics()
        file = SettingsFile(path)
        watch_settings(metrics, file)
        for held in ({"mode": "pro"}, {"mode": "sideways"}, {"mode": "manual"}):
            path.write_text(json.dumps(held))
            file.load()
        found = [
            metrics.registry.get_sample_value(
                "pollinations_settings_reloads_total", {"result": result}
            )
            for result in ("ok", "wrong")
        ]
        self.assertEqual(found, [3, 1])
