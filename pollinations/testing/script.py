"""
What an imitated upstream does with one request, as a value: a status, headers, and steps.

The rule of this file: nothing here knows the time or a socket. :mod:`.player` plays the steps.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Self

import attrs

from .recording import Asked


@attrs.frozen
class Send:
    """Write *data*, as one HTTP chunk. Nothing as a first step sends the status and headers."""

    data: bytes


@attrs.frozen
class Pause:
    """Wait for *seconds*."""

    seconds: float


@attrs.frozen
class Produce:
    """
    Write what *pieces* gives, one at a time, as fast as the client takes it and no faster.

    :param pieces: makes a new iterator for each request; it may never end.
    """

    pieces: Callable[[], Iterable[bytes]]


@attrs.frozen
class Cut:
    """Close the connection, after what was written and without the mark that ends a body."""


@attrs.frozen
class Abort:
    """Reset the connection."""


@attrs.frozen
class Stall:
    """Do nothing more and keep the connection."""


Step = Send | Pause | Produce | Cut | Abort | Stall


@attrs.frozen
class Script:
    """
    One reply, whatever the request was.

    :param steps: what is done, in order. After the last one the body is ended properly.
    :param tokens: how many tokens of prompt and of answer this spends of an account.
    """

    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict)
    steps: tuple[Step, ...] = ()
    tokens: tuple[int, int] = (0, 0)

    def __call__(self, asked: Asked) -> Self:
        """A script is a model as well: one that says the same to everybody."""
        return self

    def but(self, **fields: Any) -> Self:
        """A copy in which *fields* have these values."""
        return attrs.evolve(self, **fields)

    def then(self, *steps: Step) -> Self:
        """A copy that does *steps* at its end."""
        return attrs.evolve(self, steps=(*self.steps, *steps))

    def cut_every(self, size: int, pause: float = 0.0) -> Self:
        """
        A copy that sends the same bytes in pieces of *size*, wherever that cuts events.

        :param pause: seconds after each piece.
        """
        return attrs.evolve(self, steps=tuple(_cut(self.steps, size, pause)))


Model = Callable[[Asked], Script]
"""Decides what is replied to a request. Scripts and replies are models."""


def _cut(steps: Iterable[Step], size: int, pause: float) -> Iterator[Step]:
    for sends, group in groupby(steps, lambda step: isinstance(step, Send)):
        if not sends:
            yield from group
            continue
        data = b"".join(step.data for step in group if isinstance(step, Send))
        for at in range(0, len(data) or 1, size):
            yield Send(data[at : at + size])
            if pause:
                yield Pause(pause)
