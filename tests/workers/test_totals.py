"""What all workers have counted."""

from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from pollinations.metrics.snapshot import Family
from pollinations.routing.quota import Quota
from pollinations.settings.held import HeldSettings
from pollinations.upstream.exchange import Exchange
from pollinations.workers.company import Alone, Among, company_of
from pollinations.workers.hub import PATIENCE
from pollinations.workers.post import Post
from pollinations.workers.totals import Totals


def counter(value: float) -> Family:
    """A count."""
    return Family("asked", "counter", "Questions.", {("asked_total", ()): value})


def gauge(value: float) -> Family:
    """What is so at the moment."""
    return Family("open", "gauge", "Doors.", {("open", ()): value})


class TotalsTests(SynchronousTestCase):
    """Two workers that count."""

    crew: Any

    def setUp(self) -> None:
        self.all = self.crew()
        Totals(self.all.hub)
        self.counts = [1.0, 10.0]
        self.links = [self.all.join() for _ in self.counts]
        self.among = [
            Among(self.all.clock, link, Post(rank, ())) for rank, link in enumerate(self.links)
        ]
        for rank, among in enumerate(self.among):
            among.ending(lambda: None, (), self.own(rank))

    def own(self, rank: int) -> Any:
        """Gives what this worker has counted."""
        return lambda: [counter(self.counts[rank]), gauge(1.0)]

    def figures(self, rank: int) -> dict[str, float]:
        """What this worker says that all have counted."""
        found = Deferred.fromCoroutine(self.among[rank].figures(self.own(rank)))
        self.all.carry()
        if not found.called:
            self.all.clock.advance(PATIENCE)
            self.all.carry()
        return {each.name: sum(each.samples.values()) for each in self.successResultOf(found)}

    def test_it_is_added_up(self) -> None:
        """Whichever worker is asked."""
        self.assertEqual(self.figures(0), {"asked": 11.0, "open": 2.0})
        self.assertEqual(self.figures(1), {"asked": 11.0, "open": 2.0})

    def test_a_sum_never_falls(self) -> None:
        """What one that died had counted counts on; its doors are closed."""
        self.figures(0)
        self.all.leave(self.links[1])
        self.assertEqual(self.figures(0), {"asked": 11.0, "open": 1.0})

    def test_last_words_count(self) -> None:
        """What a worker says when it stops, it had counted."""
        self.links[1].tell("figures", [counter(12.0).to_json()])
        self.all.leave(self.links[1])
        self.assertEqual(self.figures(0), {"asked": 13.0, "open": 1.0})

    def test_one_that_is_busy_counts_as_it_did(self) -> None:
        """When it was asked last."""
        self.figures(0)
        self.counts[1] = 20.0
        self.all.silence(self.links[1])
        self.assertEqual(self.figures(0), {"asked": 11.0, "open": 2.0})

    def test_without_a_parent_each_counts_alone(self) -> None:
        """Better than nothing."""
        self.links[0].connectionLost()
        self.assertEqual(self.figures(0), {"asked": 1.0, "open": 1.0})

    def test_one_process_counts_for_itself(self) -> None:
        """As it does without workers."""
        alone = company_of(None, self.all.clock)
        found = self.successResultOf(Deferred.fromCoroutine(alone.figures(self.own(0))))
        self.assertEqual(found, [counter(1.0), gauge(1.0)])
        self.assertIsInstance(alone, Alone)
        self.assertEqual(alone.interval(30), 30)


class Looks:
    """What is asked of a service that looks at the account."""

    def __init__(self) -> None:
        self.observers: list[Any] = []
        self.saw: list[Any] = []

    def seen(self, quota: Any) -> None:
        """Another worker has looked, and whoever wants to know is told."""
        self.saw.append(quota)
        for observer in self.observers:
            observer(quota)


class SharingTests(SynchronousTestCase):
    """Two workers with an account, settings and requests."""

    crew: Any

    def setUp(self) -> None:
        self.all = self.crew()
        self.links = [self.all.join() for _ in range(2)]
        self.one, self.other = (
            Among(self.all.clock, link, Post(rank, ())) for rank, link in enumerate(self.links)
        )

    def looks(self, key: str = "sk_one") -> tuple[Looks, Looks]:
        """The services of both, the second with this key."""
        first, second = Looks(), Looks()
        looking: Any = first, second
        self.one.share_looks(looking[0], lambda: "sk_one")
        self.other.share_looks(looking[1], lambda: key)
        return first, second

    def test_one_look_serves_all(self) -> None:
        """And is not told back and forth."""
        first, second = self.looks()
        quota = Quota(known=True, wallet=5.0)
        for observer in first.observers:
            observer(quota)
        self.all.carry()
        self.assertEqual((first.saw, second.saw), ([], [quota]))

    def test_another_key_has_another_account(self) -> None:
        """What was seen with one says nothing of the other; and no key goes through the pipes."""
        first, second = self.looks("sk_two")
        for observer in first.observers:
            observer(Quota(known=True))
        self.assertNotIn(b"sk_one", b"".join(self.all.pipes[0].to_hub))
        self.all.carry()
        self.assertEqual(second.saw, [])

    def test_each_looks_later_than_the_one_before(self) -> None:
        """So that as a rule only one looks."""
        self.assertEqual((self.one.interval(30), self.other.interval(30)), (30, 37.5))

    def test_settings_are_read_again_by_all(self) -> None:
        """As soon as one has changed them."""
        reads: list[int] = []
        files: Any = [HeldSettings(Path("nowhere")) for _ in range(2)]
        files[1].load = lambda: reads.append(1)
        for among, file in zip((self.one, self.other), files, strict=True):
            among.share(file, Exchange(self.all.clock, {}))
        self.successResultOf(Deferred.fromCoroutine(files[0].save({"mode": "pro"})))
        self.all.carry()
        self.assertEqual(reads, [1])
