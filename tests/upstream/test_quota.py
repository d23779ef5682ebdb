"""Looking at the account every so often, in no time."""

import attrs
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from pollinations.interfaces import IQuotaProvider
from pollinations.routing.quota import Quota
from pollinations.upstream.quota import QuotaService

RICH, POOR, UNKNOWN = Quota(True, wallet=50.0), Quota(True, wallet=1.0), Quota()


@implementer(IQuotaProvider)
@attrs.define(eq=False)
class Account:
    """An account that is seen when the test says so."""

    looks: "list[Deferred[Quota]]" = attrs.field(factory=list)

    async def quota(self) -> Quota:
        look: Deferred[Quota] = Deferred()
        self.looks.append(look)
        return await look


class QuotaServiceTests(SynchronousTestCase):
    """When it looks, what it remembers, and who waits."""

    def setUp(self) -> None:
        self.clock, self.account, self.key = Clock(), Account(), "sk_one"
        self.interval = 30.0
        self.seen: list[Quota] = []
        self.service = QuotaService(
            self.account,
            self.clock,
            lambda: self.clock.seconds(),
            lambda: self.key,
            lambda: self.interval,
        )
        self.service.observers.append(self.seen.append)
        self.service.startService()
        self.addCleanup(self.stop)

    def stop(self) -> None:
        if self.service.running:
            self.successResultOf(self.service.stopService())

    def sees(self, quota: Quota) -> None:
        """The look that is under way sees *quota*."""
        self.account.looks[-1].callback(attrs.evolve(quota, seen=self.clock.seconds()))

    def refresh(self) -> "Deferred[Quota]":
        return Deferred.fromCoroutine(self.service.refresh())

    def settled(self) -> "Deferred[Quota]":
        return Deferred.fromCoroutine(self.service.settled())

    def test_nothing_at_first(self) -> None:
        """Before the first look is over, nothing is known."""
        self.assertEqual(self.service.latest, Quota())

    def test_looks_at_the_start(self) -> None:
        """And remembers what it saw."""
        self.sees(RICH)
        self.assertEqual(self.service.latest, RICH)
        self.assertEqual(self.seen, [RICH])

    def test_another_key_is_followed_within_a_second(self) -> None:
        """By itself, and once, whatever the look sees; what was seen before no longer counts."""
        self.sees(RICH)
        self.key = "sk_two"
        self.assertEqual(self.service.latest, Quota())
        self.clock.advance(1.0)
        self.assertEqual(len(self.account.looks), 2)
        self.account.looks[-1].errback(ValueError("nothing to be seen"))
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
        self.clock.pump([1.0] * 20)
        self.assertEqual(len(self.account.looks), 2)

    def test_another_interval_is_followed_within_a_second(self) -> None:
        """Also when the one in force would end in an hour."""
        self.interval = 3600.0
        self.sees(RICH)
        self.clock.advance(100.0)
        self.assertEqual(len(self.account.looks), 1)
        self.interval = 10.0
        self.clock.advance(1.0)
        self.assertEqual(len(self.account.looks), 2)

    def test_looks_every_so_often(self) -> None:
        """The newest look counts."""
        self.sees(RICH)
        self.clock.advance(29.0)
        self.assertEqual(len(self.account.looks), 1)
        self.clock.advance(1.0)
        self.sees(POOR)
        self.assertEqual(self.service.latest.wallet, 1.0)

    def test_a_look_that_fails(self) -> None:
        """Leaves what was seen, with its age; five minutes later that no longer counts."""
        self.sees(RICH)
        for _ in range(10):
            self.clock.advance(30.0)
            self.sees(UNKNOWN)
            self.assertEqual(self.service.latest, RICH)
        self.clock.advance(30.0)
        self.sees(UNKNOWN)
        self.assertFalse(self.service.latest.known)
        self.assertEqual(self.seen[-1].known, False)

    def test_a_provider_that_breaks(self) -> None:
        """Does not end the looking, and is logged."""
        self.account.looks[-1].errback(ValueError("a bug"))
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
        self.assertFalse(self.service.latest.known)
        self.clock.advance(30.0)
        self.sees(RICH)
        self.assertTrue(self.service.latest.known)

    def test_one_look_for_all(self) -> None:
        """Whoever wants to know meanwhile shares the look that is under way."""
        waiting = [self.refresh(), self.settled(), self.refresh()]
        self.assertEqual(len(self.account.looks), 1)
        self.sees(RICH)
        for each in waiting:
            self.assertEqual(self.successResultOf(each), RICH)

    def test_look_now(self) -> None:
        """After a refusal nobody waits for the next turn."""
        self.sees(RICH)
        looking = self.refresh()
        self.assertEqual(len(self.account.looks), 2)
        self.sees(POOR)
        self.assertEqual(self.successResultOf(looking), POOR)

    def test_the_first_look_is_waited_for(self) -> None:
        """Two seconds, and no longer; what comes later counts then."""
        waiting = self.settled()
        self.clock.advance(1.9)
        self.assertNoResult(waiting)
        self.clock.advance(0.1)
        self.assertEqual(self.successResultOf(waiting), Quota())
        self.sees(RICH)
        self.assertEqual(self.service.latest.wallet, 50.0)

    def test_no_other_look_is_waited_for(self) -> None:
        """Once something was seen, or could not be, a request goes on at once."""
        for quota in (UNKNOWN, RICH):
            self.sees(quota)
            self.clock.advance(30.0)
            self.successResultOf(self.settled())

    def test_another_key(self) -> None:
        """Starts afresh: what was seen belongs to the key that it was seen with."""
        self.sees(RICH)
        self.key = "sk_two"
        self.assertEqual(self.service.latest, Quota())
        waiting = self.settled()
        self.assertEqual(len(self.account.looks), 2)
        self.sees(POOR)
        self.assertEqual(self.successResultOf(waiting), POOR)

    def test_another_key_whose_account_cannot_be_seen(self) -> None:
        """Is not given the account of the one before."""
        self.sees(RICH)
        self.key = "sk_two"
        self.clock.advance(30.0)
        self.sees(UNKNOWN)
        self.assertFalse(self.service.latest.known)
        self.key = "sk_one"
        self.assertFalse(self.service.latest.known)

    def test_another_key_during_a_look(self) -> None:
        """What the look saw is nobody's; it looks again, and all who wait wait for that."""
        waiting = self.refresh()
        self.key = "sk_two"
        self.sees(RICH)
        self.assertNoResult(waiting)
        self.assertEqual(self.service.latest, Quota())
        self.sees(POOR)
        self.assertEqual(self.successResultOf(waiting), POOR)

    def test_who_waits_may_leave(self) -> None:
        """The look goes on for the others."""
        leaving, staying = self.refresh(), self.refresh()
        leaving.cancel()
        self.failureResultOf(leaving, CancelledError)
        self.sees(RICH)
        self.assertEqual(self.successResultOf(staying), RICH)

    def test_who_goes_on_may_make_others_leave(self) -> None:
        """Even in the moment in which the look ends."""
        first, second, third = self.refresh(), self.refresh(), self.refresh()
        first.addCallback(lambda _: second.cancel())
        self.sees(RICH)
        self.failureResultOf(second, CancelledError)
        self.assertEqual(self.successResultOf(third), RICH)

    def test_what_is_done_with_a_look_may_break(self) -> None:
        """That is logged, and ends nothing."""
        service = QuotaService(self.account, self.clock, lambda: 0.0)
        service.observers.append(lambda quota: 1 / 0)
        looking = Deferred.fromCoroutine(service.refresh())
        self.sees(RICH)
        self.assertTrue(self.successResultOf(looking).known)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_a_look_that_hangs_delays_nobody_twice(self) -> None:
        """Who only wants to know what was seen never waits."""
        self.sees(RICH)
        self.clock.advance(30.0)
        self.assertEqual(self.service.latest, RICH)
        self.assertEqual(self.successResultOf(self.settled()), RICH)

    def test_stopping(self) -> None:
        """Gives up a look that is under way, and leaves nothing ticking."""
        waiting = self.refresh()
        self.successResultOf(self.service.stopService())
        self.assertEqual(self.successResultOf(waiting), Quota())
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_starting_again(self) -> None:
        """It looks again."""
        self.successResultOf(self.service.stopService())
        self.service.startService()
        self.sees(RICH)
        self.assertTrue(self.service.latest.known)

    def test_a_clock_that_jumps(self) -> None:
        """What was seen in a future that the clock went back from does not count."""
        self.sees(Quota(True, wallet=50.0))
        self.clock.rightNow += 86400.0
        self.assertFalse(self.service.latest.known)
        self.clock.rightNow -= 2 * 86400.0
        self.assertFalse(self.service.latest.known)
