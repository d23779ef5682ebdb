"""The treq client that upstreams are spoken to with."""

from typing import Any

import attrs
from treq.client import HTTPClient
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IBodyProducer
from zope.interface import implementer
from zope.interface.verify import verifyObject

from pollinations.upstream.agent import (
    ClientService,
    LeanClient,
    NetworkClient,
    Whole,
    network_client,
)
from pollinations.upstream.pool import PooledAgent


@implementer(IAgent)
@attrs.define(eq=False)
class Noting:
    """An agent that only writes down what it is asked."""

    asked: list[Any] = attrs.field(factory=list)

    def request(
        self,
        method: bytes,
        uri: bytes,
        headers: Headers | None = None,
        bodyProducer: IBodyProducer | None = None,
    ) -> "Deferred[Any]":
        """Answer never."""
        self.asked.append((method, uri, headers, bodyProducer))
        return Deferred()


@attrs.define(eq=False)
class Closing(PooledAgent):
    """An agent that tells when it is closed."""

    closed: bool = attrs.field(default=False, init=False)

    def close(self) -> None:
        """Remember it."""
        self.closed = True


class ClientTests(SynchronousTestCase):
    """Tests for the clients of :mod:`pollinations.upstream.agent`."""

    def setUp(self) -> None:
        self.agent = Noting()
        self.client = LeanClient(self.agent)

    def test_it_is_treqs(self) -> None:
        """All that treq can do, it can."""
        self.assertIsInstance(self.client, HTTPClient)
        self.assertIsInstance(network_client(MemoryReactorClock(), 5.0), LeanClient)

    def test_addresses_are_those_that_treq_makes(self) -> None:
        """However they were written, and however often."""
        urls = ["http://up/a b?q=ü&r=%20", "http://hö.example/x", "http://up:80", "http://up/%C3"]
        plain = Noting()
        for url in urls:
            HTTPClient(plain).get(url)
            for _ in range(2):
                self.client.get(url)
        theirs = [uri for _, uri, _, _ in plain.asked]
        self.assertEqual([uri for _, uri, _, _ in self.agent.asked[::2]], theirs)
        self.assertEqual([uri for _, uri, _, _ in self.agent.asked[1::2]], theirs)

    def test_parameters_are_added_to_an_address(self) -> None:
        """One that was asked before is not changed by it."""
        self.client.get("http://up/x")
        self.client.get("http://up/x", params={"a": "b"})
        self.client.get("http://up/x")
        uris = [uri for _, uri, _, _ in self.agent.asked]
        self.assertEqual(uris, [b"http://up/x", b"http://up/x?a=b", b"http://up/x"])

    def test_a_body_in_memory_is_one(self) -> None:
        """It is a producer like any other."""
        body = Whole(b"{}")
        verifyObject(IBodyProducer, body)
        self.assertNotIn("{}", repr(body))
        self.client.post("http://up/", data=body)
        self.assertIs(self.agent.asked[0][3], body)

    def test_a_plain_request_is_sent_as_treq_would(self) -> None:
        """One that there is nothing to follow, unpack or keep for."""
        sent = {"data": Whole(b"{}"), "headers": Headers({"X-A": ["b"]}), "unbuffered": True}
        for redirects in (False, True):
            self.client.post("http://up/a b", allow_redirects=redirects, reactor=Clock(), **sent)
        plain, usual = self.agent.asked
        # The offer to unpack, which a pooled agent takes back.
        usual[2].removeHeader(b"Accept-Encoding")
        self.assertEqual(plain, usual)

    def test_its_connections_end_with_the_service(self) -> None:
        """Not before."""
        agent = Closing(MemoryReactorClock(), lambda: 5.0)
        service = ClientService(NetworkClient(agent))
        service.startService()
        self.assertFalse(agent.closed)
        service.stopService()
        self.assertTrue(agent.closed)
