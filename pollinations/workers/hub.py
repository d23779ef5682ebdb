"""Where all workers come together: what one of them says is passed on to the others."""

from collections import deque
from collections.abc import Awaitable, Callable, Collection
from itertools import count
from typing import Any, Protocol

import attrs
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from ..quiet import quiet

PATIENCE = 1.0
"""Seconds that a worker may take to answer another one's question."""

KEPT = {"record": 200, "notification": 20}
"""Topics of which the last words are repeated to a worker that joins later, and how many."""


class Member(Protocol):
    """A worker, as the hub sees it."""

    def send(self, topic: str, said: Any) -> None:
        """Say this to it."""


@attrs.define(eq=False)
class _Question:
    """Something that several are asked."""

    waiting: set[Member]
    over: "Deferred[list[tuple[Member, Any]]]"
    limit: IDelayedCall
    answers: list[tuple[Member, Any]] = attrs.field(factory=list)

    def answered(self, member: Member, said: Any) -> None:
        """*member* gives this answer."""
        if member in self.waiting:
            self.answers.append((member, said))
            self.without(member)

    def without(self, member: Member) -> None:
        """Nothing more is to be expected of *member*."""
        self.waiting.discard(member)
        if not self.waiting and self.limit.active():
            self.limit.cancel()
            self.over.callback(self.answers)


@attrs.define(eq=False)
class Hub:
    """
    The workers that serve, and what passes between them.

    :param clock: limits how long is waited for answers.
    """

    _clock: IReactorTime

    topics: dict[str, Callable[[Member, Any], None]] = attrs.field(factory=dict, init=False)
    """Topics that are for the parent; all others are for the other workers."""

    questions: dict[str, Callable[[Any], Awaitable[list[Any]]]] = attrs.field(
        factory=dict, init=False
    )
    """Questions that the parent answers; all others are for the other workers."""

    leavers: list[Callable[[Member], None]] = attrs.field(factory=list, init=False)
    """What is told of each worker that has left."""

    members: list[Member] = attrs.field(factory=list, init=False)

    _kept: "dict[str, deque[Any]]" = attrs.field(factory=dict, init=False)
    _ids: "count[int]" = attrs.field(factory=count, init=False)
    _open: dict[int, _Question] = attrs.field(factory=dict, init=False)

    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._kept = {topic: deque(maxlen=most) for topic, most in KEPT.items()}
        self.topics["ask"] = self._asked
        self.topics["answer"] = self._answered

    def join(self, member: Member) -> None:
        """*member* serves from now on; it is told what it has missed."""
        for topic, said in self._kept.items():
            for one in said:
                member.send(topic, one)
        self.members.append(member)

    def leave(self, member: Member) -> None:
        """*member* is gone."""
        if member in self.members:
            self.members.remove(member)
        for question in tuple(self._open.values()):
            question.without(member)
        for leaver in self.leavers:
            leaver(member)

    def heard(self, member: Member, topic: str, said: Any) -> None:
        """*member* says this."""
        meant = self.topics.get(topic)
        if meant is None:
            self.tell(topic, said, member)
            return
        try:
            meant(member, said)
        except Exception:
            # What one worker says must not end what serves the others.
            self._log.failure("cannot take in {topic}", quiet(), topic=topic)

    def tell(self, topic: str, said: Any = None, speaker: Member | None = None) -> None:
        """Say this to all workers but the one that says it."""
        if topic in self._kept:
            self._kept[topic].append(said)
        for member in self.members:
            if member is not speaker:
                member.send(topic, said)

    async def ask(
        self, topic: str, said: Any, members: Collection[Member]
    ) -> list[tuple[Member, Any]]:
        """What *members* answer, each with its answer, as far as they do so in time."""
        if not members:
            return []
        id, over = next(self._ids), Deferred[list[tuple[Member, Any]]]()
        limit = self._clock.callLater(PATIENCE, lambda: over.callback(question.answers))
        self._open[id] = question = _Question(set(members), over, limit)
        for member in members:
            member.send("asked", {"question": id, "topic": topic, "said": said})
        try:
            return await over
        finally:
            del self._open[id]

    def _asked(self, member: Member, question: Any) -> None:
        answered = Deferred.fromCoroutine(self._answer(member, question))
        answered.addErrback(lambda f: self._log.failure("cannot answer", quiet(f)))

    async def _answer(self, member: Member, question: Any) -> None:
        topic, said = question["topic"], question["said"]
        if topic in self.questions:
            answers = await self.questions[topic](said)
        else:
            others = [one for one in self.members if one is not member]
            answers = [answer for _, answer in await self.ask(topic, said, others)]
        member.send("answers", {"id": question["id"], "said": answers})

    def _answered(self, member: Member, answer: Any) -> None:
        question = self._open.get(answer["question"])
        if question is not None:
            question.answered(member, answer["said"])
