"""Upstreams by TLS: real handshakes, on real ports."""

import datetime
from typing import Any

import pytest
import pytest_twisted
import treq
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL.SSL import TLS_METHOD
from twisted.internet.defer import maybeDeferred
from twisted.internet.error import ConnectError
from twisted.internet.ssl import (
    Certificate,
    DefaultOpenSSLContextFactory,
    optionsForClientTLS,
    platformTrust,
)
from twisted.web.iweb import IPolicyForHTTPS
from twisted.web.resource import Resource
from twisted.web.server import Site
from zope.interface import implementer

from pollinations.chat.request import ChatRequest
from pollinations.errors import UpstreamFailed
from pollinations.routing.route import Route
from pollinations.settings.schema import Settings
from pollinations.stages.stage import Context
from pollinations.upstream.agent import NetworkClient, Whole
from pollinations.upstream.chat import Upstream
from pollinations.upstream.pool import PooledAgent

CONTEXT = Context(
    ChatRequest({"messages": [{"role": "user", "content": "hi"}]}),
    Route("enter", "openai"),
    Settings(),
)


def _certificate(name: str) -> bytes:
    """A key and its certificate, which nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(issuer)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    return made.public_bytes(pem) + private


class Page(Resource):
    """Says how often it was asked, and over how many connections."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Any] = []

    def render(self, request: Any) -> bytes:
        self.seen.append((request.transport, request.content.read(), request.getHeader("host")))
        return b"x" * 100_000


@implementer(IPolicyForHTTPS)
class Trusting:
    """Trusts what it is told to."""

    def __init__(self, trust: Any) -> None:
        self.trust = trust

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        return optionsForClientTLS(hostname.decode(), trustRoot=self.trust)


@pytest.fixture
def served(tmp_path):
    """Serves with a certificate; what is asked, its port, and a client that trusts."""
    from twisted.internet import reactor

    opened = []

    def served(name: str = "localhost", trust: Any = None) -> tuple[Page, int, NetworkClient]:
        page, file = Page(), tmp_path / "server.pem"
        file.write_bytes(_certificate(name))
        options = DefaultOpenSSLContextFactory(str(file), str(file), TLS_METHOD)
        port = reactor.listenSSL(0, Site(page), options, interface="127.0.0.1")
        root = trust or Certificate.loadPEM(file.read_bytes())
        agent = PooledAgent(reactor, lambda: 10.0, Trusting(root))
        opened.extend([agent.close, port.stopListening])
        return page, port.getHost().port, NetworkClient(agent)

    yield served
    for close in opened:
        pytest_twisted.blockon(maybeDeferred(close))


async def _ask(client: NetworkClient, port: int) -> tuple[int, bytes]:
    response: Any = await client.post(
        f"https://localhost:{port}/x", data=Whole(b"{}"), allow_redirects=False, unbuffered=True
    )
    return response.code, await treq.content(response)


@pytest_twisted.ensureDeferred
async def test_one_handshake_serves_many_requests(served):
    """The connection is kept, as any other."""
    page, port, client = served()
    for _ in range(3):
        assert await _ask(client, port) == (200, b"x" * 100_000)
    assert [(body, host) for _, body, host in page.seen] == [(b"{}", f"localhost:{port}")] * 3
    assert len({transport for transport, _, _ in page.seen}) == 1


@pytest_twisted.ensureDeferred
async def test_a_certificate_that_nobody_trusts(served):
    """The platform says who is trusted; the request is never sent."""
    page, port, client = served(trust=platformTrust())
    with pytest.raises(ConnectError, match=": Error"):
        await _ask(client, port)
    assert page.seen == []


@pytest_twisted.ensureDeferred
async def test_a_certificate_for_somebody_else(served):
    """It is trusted, and for another name: the request is never sent either."""
    page, port, client = served("elsewhere.example")
    with pytest.raises(ConnectError, match="VerificationError"):
        await _ask(client, port)
    assert page.seen == []


@pytest_twisted.ensureDeferred
async def test_an_upstream_that_is_not_who_it_should_be_cannot_be_reached(served):
    """That is how the exchange sees it."""
    from twisted.internet import reactor

    _, port, client = served("elsewhere.example")
    upstream = Upstream(client, f"https://localhost:{port}/x", reactor)
    with pytest.raises(UpstreamFailed) as raised:
        await upstream.open(b"{}", CONTEXT)
    assert (raised.value.phase, raised.value.status) == ("connect", 502)
