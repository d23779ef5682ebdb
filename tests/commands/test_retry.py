"""``retry``: whoever was left alone is asked again."""

import attrs
from twisted.trial.unittest import SynchronousTestCase

from pollinations.commands.retry import retry
from pollinations.settings.schema import Settings
from pollinations.testing.together import Together


class RetryTests(SynchronousTestCase):
    """Tests for :mod:`pollinations.commands.retry`."""

    def test_forgets_cooldowns(self) -> None:
        """And says how many."""
        proxy = Together()
        cooldowns = proxy.exchange.outlook.cooldowns
        cooldowns.failed(("free", "a"), 0.0)
        self.assertTrue(proxy.chat("/poll retry").text.startswith("✅ One model"))
        cooldowns.failed(("free", "a"), 0.0)
        cooldowns.failed(("enter", "b"), 0.0)
        self.assertTrue(proxy.chat("/poll retry").text.startswith("✅ 2 models"))
        self.assertEqual(proxy.exchange.situation().cooling, {})
        self.assertTrue(proxy.chat("/poll retry").text.startswith("No model was left alone"))

    def test_takes_nothing(self) -> None:
        """A model's name, say, would be misunderstood."""
        self.assertIn("Use it as `/pollinations retry`", Together().chat("/poll retry a").text)

    def test_without_a_proxy_nobody_cools_down(self) -> None:
        """That is said."""
        control = attrs.evolve(Together().control, records=None)
        told = self.successResultOf(retry(control, []))
        self.assertEqual((told.ok, told.text), (False, "No proxy runs, so no model is left alone."))

    def test_speaks_french(self) -> None:
        """As it is told to."""
        proxy = Together(settings=Settings(language="fr"))
        self.assertIn("rien à oublier", proxy.chat("/poll retry").text)
