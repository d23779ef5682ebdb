"""Workers and their parent in one process, with pipes in memory between them."""

from collections import deque
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from twisted.internet.task import Clock

from pollinations.workers.hub import Hub
from pollinations.workers.link import Link
from pollinations.workers.messages import Decoder, encode


@attrs.define(eq=False)
class Pipes:
    """Both ends of the pipes to one worker. What goes through waits until it is carried on."""

    hub: Hub
    link: Link
    to_hub: deque[bytes] = attrs.field(factory=deque)
    to_link: deque[bytes] = attrs.field(factory=deque)
    deaf: bool = False

    def send(self, topic: str, said: Any = None) -> None:
        """The parent says this."""
        self.to_link.append(encode(topic, said))

    def write(self, data: bytes) -> None:
        """The worker has written this."""
        self.to_hub.append(data)

    def carry(self) -> bool:
        """Carry everything on; whether there was anything."""
        moved = bool(self.to_hub or (self.to_link and not self.deaf))
        while self.to_hub:
            for topic, said in Decoder().feed(self.to_hub.popleft()):
                self.hub.heard(self, topic, said)
        while self.to_link and not self.deaf:
            self.link.dataReceived(self.to_link.popleft())
        return moved


@attrs.define(eq=False)
class Crew:
    """A parent's hub, and its workers."""

    clock: Clock = attrs.field(factory=Clock)
    hub: Hub = attrs.field(init=False)
    pipes: list[Pipes] = attrs.field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        self.hub = Hub(self.clock)

    def join(self) -> Link:
        """One more worker, which serves."""
        link = Link(self.clock)
        pipes: Any = Pipes(self.hub, link)
        link.makeConnection(pipes)
        self.pipes.append(pipes)
        self.hub.join(pipes)
        return link

    def leave(self, link: Link) -> None:
        """This worker is gone, and what it said last has been heard."""
        [pipes] = [one for one in self.pipes if one.link is link]
        self.carry()
        self.pipes.remove(pipes)
        self.hub.leave(pipes)

    def silence(self, link: Link, deaf: bool = True) -> None:
        """This worker is busy with something else, and hears nothing."""
        for pipes in self.pipes:
            pipes.deaf = deaf if pipes.link is link else pipes.deaf

    def carry(self) -> None:
        """Carry on what was said, and what was said to that."""
        while any(pipes.carry() for pipes in tuple(self.pipes)):
            pass


@pytest.fixture
def crew() -> Callable[[], Crew]:
    """Makes a parent without workers."""
    return Crew


@pytest.fixture(autouse=True)
def _crew_of_classes(request: pytest.FixtureRequest) -> None:
    """Test cases make theirs with ``self.crew()``."""
    if request.cls is not None:
        request.cls.crew = staticmethod(Crew)
