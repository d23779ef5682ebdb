"""Tests for the imitation on a real port: resets, and a client that reads slowly."""

import pytest_twisted
import treq
from treq.client import HTTPClient
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol
from twisted.internet.task import deferLater
from twisted.web.client import Agent, ResponseNeverReceived

from pollinations.testing import scripts
from pollinations.testing.imitation import Imitation, listening

ASKING = {"messages": [{"role": "user", "content": "hi"}], "stream": True}


class Reader(Protocol):
    """Reads a body until it is told to stop."""

    def __init__(self):
        self.ended = Deferred()

    def dataReceived(self, data):
        """Read once, and no more."""
        self.transport.pauseProducing()

    def connectionLost(self, reason):
        """The body has ended, somehow."""
        self.ended.callback(None)


def ask(url):
    """Post a question, with a new connection."""
    client = HTTPClient(Agent(reactor))
    return client.post(f"{url}/free/openai", json=ASKING, unbuffered=True)


async def until(true, every=0.01):
    """Wait until something is true, and at most two hundred times."""
    for _ in range(200):
        if true():
            return
        await deferLater(reactor, every, lambda: None)
    raise AssertionError("it never was")


@pytest_twisted.ensureDeferred
async def test_a_client_that_stops_reading_stops_the_writing():
    """Of an endless answer only the kernel's buffers are filled; who leaves is noticed."""
    imitation = Imitation(reactor, scripts.endless_text())
    async with listening(reactor, imitation) as url:
        reader = Reader()
        (await ask(url)).deliverBody(reader)
        [exchange] = imitation.recording
        seen = [-1]
        await until(lambda: seen.append(exchange.written) or seen[-1] == seen[-2], every=0.1)
        assert seen[-1] < 32 * 1024 * 1024
        reader.transport.stopProducing()
        await reader.ended
        await until(lambda: exchange.hung_up)


@pytest_twisted.ensureDeferred
async def test_a_reset_before_the_reply():
    """The client has no response at all."""
    imitation = Imitation(reactor, scripts.Script(steps=(scripts.Abort(),)))
    async with listening(reactor, imitation) as url:
        try:
            await ask(url)
        except ResponseNeverReceived:
            return
        raise AssertionError("there was a response")


@pytest_twisted.ensureDeferred
async def test_a_paced_answer_arrives():
    """Pauses are real ones on a real clock."""
    imitation = Imitation(reactor, scripts.text("a", "b").but(pace=0.01))
    async with listening(reactor, imitation) as url:
        body = await treq.text_content(await ask(url))
    assert body.endswith("[DONE]\n\n")
