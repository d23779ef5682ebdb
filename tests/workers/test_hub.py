"""What one worker says, all others hear."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from pollinations.workers.hub import KEPT
from pollinations.workers.hub import PATIENCE as HUB_PATIENCE
from pollinations.workers.link import PATIENCE


class HubTests(SynchronousTestCase):
    """Three workers."""

    crew: Any

    def setUp(self) -> None:
        self.all = self.crew()
        self.links = [self.all.join() for _ in range(3)]
        self.heard: list[tuple[int, Any]] = []
        for number, link in enumerate(self.links):
            self.listen(number, link)

    def listen(self, number: int, link: Any) -> None:
        """Note what this one hears of records."""
        link.topics["record"] = lambda said: self.heard.append((number, said))

    def ask(self, link: Any, topic: str, said: Any = None) -> "Deferred[list[Any]]":
        """Ask, and let all answer who can."""
        asked = Deferred.fromCoroutine(link.ask(topic, said))
        self.all.carry()
        return asked

    def test_all_but_the_speaker_hear(self) -> None:
        """In the order in which it was said."""
        self.links[0].tell("record", 1)
        self.links[0].tell("record", 2)
        self.all.carry()
        self.assertEqual(sorted(self.heard), [(1, 1), (1, 2), (2, 1), (2, 2)])

    def test_who_comes_later_is_told_what_counts(self) -> None:
        """The last records, as many as any worker keeps."""
        for number in range(KEPT["record"] + 5):
            self.links[0].tell("record", number)
        self.all.carry()
        late = self.all.join()
        self.heard.clear()
        self.listen(9, late)
        self.all.carry()
        self.assertEqual([said for _, said in self.heard], list(range(5, KEPT["record"] + 5)))

    def test_what_nobody_listens_to_is_lost(self) -> None:
        """A worker of another time of life may know no such topic."""
        self.links[0].tell("weather", "sunny")
        self.all.carry()

    def test_questions_are_answered_by_all_others(self) -> None:
        """What each of them gives."""
        for number, link in enumerate(self.links):
            link.questions["who"] = self.giving(number)
        asked = self.ask(self.links[1], "who", "you")
        self.assertEqual(sorted(self.successResultOf(asked)), [[0, "you"], [2, "you"]])

    def giving(self, number: int) -> Any:
        """An answer that names its giver."""

        async def give(said: Any) -> Any:
            return [number, said]

        return give

    def test_who_does_not_know_answers_so(self) -> None:
        """And keeps nobody waiting."""
        self.assertEqual(self.successResultOf(self.ask(self.links[0], "who")), [None, None])

    def test_one_that_is_busy_is_not_waited_for_long(self) -> None:
        """The others' answers count."""
        for number, link in enumerate(self.links):
            link.questions["who"] = self.giving(number)
        self.all.silence(self.links[2])
        asked = self.ask(self.links[0], "who")
        self.assertNoResult(asked)
        self.all.clock.advance(HUB_PATIENCE)
        self.all.carry()
        self.assertEqual(self.successResultOf(asked), [[1, None]])
        self.all.silence(self.links[2], deaf=False)
        self.all.carry()

    def test_one_that_dies_is_not_waited_for(self) -> None:
        """Its answer will not come."""
        self.all.silence(self.links[2])
        asked = self.ask(self.links[0], "who")
        self.all.leave(self.links[2])
        self.all.carry()
        self.assertEqual(self.successResultOf(asked), [None])
        self.assertEqual(self.all.clock.getDelayedCalls(), [])

    def test_nobody_to_ask(self) -> None:
        """The last one left need not wait."""
        self.all.leave(self.links[1])
        self.all.leave(self.links[2])
        self.assertEqual(self.successResultOf(self.ask(self.links[0], "who")), [])

    def test_a_parent_that_does_not_answer_is_not_waited_for(self) -> None:
        """For longer than its own patience, that is."""
        asked = Deferred.fromCoroutine(self.links[0].ask("who"))
        self.all.clock.advance(PATIENCE)
        self.assertEqual(self.successResultOf(asked), [])

    def test_a_parent_that_is_gone_answers_nothing(self) -> None:
        """And whoever must know is told."""
        gone: list[str] = []
        self.links[0].ended.append(lambda: gone.append("gone"))
        asked = Deferred.fromCoroutine(self.links[0].ask("who"))
        self.links[0].connectionLost()
        self.assertEqual(self.successResultOf(asked), [])
        self.assertEqual(gone, ["gone"])
        self.links[0].tell("record", 1)
        self.assertEqual(self.successResultOf(self.ask(self.links[0], "who")), [])

    def test_what_cannot_be_taken_in_harms_nobody(self) -> None:
        """It is a failure in the log, on either side."""
        self.links[1].topics["record"] = lambda said: said["no"]
        self.links[0].tell("record", {})
        self.links[0].tell("answer", {})
        self.all.carry()
        self.assertEqual(self.heard, [(2, {})])
        self.assertEqual(len(self.flushLoggedErrors(KeyError)), 2)

    def test_a_question_that_fails(self) -> None:
        """It is a failure in the log of whoever was asked, and the others' answers count."""

        async def fail(said: Any) -> Any:
            raise KeyError(said)

        self.links[1].questions["who"] = fail
        self.links[2].questions["who"] = self.giving(2)
        asked = self.ask(self.links[0], "who")
        self.all.clock.advance(HUB_PATIENCE)
        self.all.carry()
        self.assertEqual(self.successResultOf(asked), [[2, None]])
        self.assertEqual(len(self.flushLoggedErrors(KeyError)), 1)
