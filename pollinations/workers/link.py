"""A worker's end of the pipes to its parent, and through it to the other workers."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import attrs
from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from ..quiet import quiet
from .messages import Decoder, encode

PATIENCE = 2.0
"""Seconds that an answer may take; the parent waits for the others for less."""


@attrs.define(eq=False, slots=False)
class Link(Protocol):
    """
    What a worker says to the others, and hears from them.

    :param clock: limits how long is waited for answers.
    """

    _clock: IReactorTime

    topics: dict[str, Callable[[Any], None]] = attrs.field(factory=dict, init=False)
    """What to do with what is said, by topic."""

    questions: dict[str, Callable[[Any], Awaitable[Any]]] = attrs.field(factory=dict, init=False)
    """What gives the answer to what others ask, by topic."""

    ended: list[Callable[[], None]] = attrs.field(factory=list, init=False)
    """What to do when the parent is gone."""

    lost: bool = attrs.field(default=False, init=False)
    """Whether the parent is gone."""

    _decoder: Decoder = attrs.field(factory=Decoder, init=False)
    _ids: "count[int]" = attrs.field(factory=count, init=False)
    _asked: "dict[int, Deferred[list[Any]]]" = attrs.field(factory=dict, init=False)

    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self.topics["asked"] = self._was_asked
        self.topics["answers"] = self._were_answered

    def tell(self, topic: str, said: Any = None) -> None:
        """Say this to all others; or to the parent, if it is one of its own topics."""
        if self.transport is not None and not self.lost:
            self.transport.write(encode(topic, said))

    async def ask(self, topic: str, said: Any = None) -> list[Any]:
        """What the others answer, as far as they do so in time."""
        if self.transport is None or self.lost:
            return []
        id, answers = next(self._ids), Deferred[list[Any]]()
        self._asked[id] = answers
        self.tell("ask", {"id": id, "topic": topic, "said": said})
        try:
            return await answers.addTimeout(PATIENCE, self._clock)
        except TimeoutError:
            return []
        finally:
            del self._asked[id]

    def dataReceived(self, data: bytes) -> None:
        """Something was said."""
        for topic, said in self._decoder.feed(data):
            try:
                if topic in self.topics:
                    self.topics[topic](said)
            except Exception:
                # What one worker says must not keep another from its work.
                self._log.failure("cannot take in {topic}", quiet(), topic=topic)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The parent is gone."""
        self.lost = True
        for answers in tuple(self._asked.values()):
            answers.callback([])
        for end in self.ended:
            end()

    def _was_asked(self, question: Any) -> None:
        answered = Deferred.fromCoroutine(self._answer(question))
        answered.addErrback(lambda f: self._log.failure("cannot answer", quiet(f)))

    async def _answer(self, question: Any) -> None:
        give = self.questions.get(question["topic"])
        answer = None if give is None else await give(question["said"])
        self.tell("answer", {"question": question["question"], "said": answer})

    def _were_answered(self, answers: Any) -> None:
        waiting = self._asked.get(answers["id"])
        if waiting is not None and not waiting.called:
            waiting.callback(answers["said"])
