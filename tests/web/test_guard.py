"""Only who may come in comes in."""

from typing import Any

import pytest
from twisted.internet.address import UNIXAddress
from twisted.web.resource import Resource
from twisted.web.test.requesthelper import DummyRequest

from pollinations.errors import InvalidRequest
from pollinations.settings.schema import Listener, Settings
from pollinations.testing import scripts
from pollinations.testing.together import Together
from pollinations.web.guard import Guard

LETS_IN = [
    "127.0.0.1",
    "127.0.0.1:10001",
    "127.8.9.10:10001",
    "localhost",
    "localhost:10001",
    "LocalHost:10001",
    "[::1]",
    "[::1]:10001",
    "[0:0:0:0:0:0:0:1]:10001",
    "[::ffff:127.0.0.1]:10001",
    "[::FFFF:7F00:1]:10001",
    "proxy.lan",
    "proxy.lan:10001",
    "PROXY.lan:80",
    "192.168.1.5:10001",
]
KEEPS_OUT = [
    "evil.example",
    "evil.example:10001",
    "127.0.0.1.nip.io",
    "127.0.0.1.nip.io:10001",
    "127-0-0-1.nip.io:10001",
    "localtest.me:10001",
    "127.0.0.1.evil.example:10001",
    "localhost.evil.example",
    "localhost.localdomain",
    "localhost:1",
    "localhost:10002",
    "localhost:80",
    "localhost:99999",
    "localhost:1000",
    "localhost.",
    "localhost.:10001",
    "127.0.0.1:10002",
    "127.0.0.1.",
    "[::1]:10002",
    "0.0.0.0",
    "0.0.0.0:10001",
    "0",
    "0:10001",
    "[::]",
    "[::]:10001",
    "[::ffff:8.8.8.8]",
    "[::ffff:0.0.0.0]:10001",
    "[::127.0.0.1]:10001",
    "[fe80::1]:10001",
    "[:]",
    "10.0.0.1",
    "169.254.169.254",
    "192.168.1.5",
    "192.168.1.5:10002",
    "2130706433",
    "2130706433:10001",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.1",
    "127.0.1:10001",
    "128.0.0.1",
    "127.0.0.256",
    "null",
    "xn--localhost",
    "xn--lcalhost-54a.example",
    "_localhost",
    "proxy",
    "proxy.lan.",
    "proxy.lan.evil.example",
    "evilproxy.lan",
]
NO_HOSTS = [
    "",
    " ",
    "localhost:10001.evil.example",
    "user@127.0.0.1",
    "127.0.0.1@evil.example",
    "user:secret@localhost:10001",
    "127.0.0.1:port",
    "127.0.0.1:",
    "127.0.0.1:-1",
    "127.0.0.1:100010",
    "127.0.0.1:10001:10001",
    "127.0.0.1/",
    "127.0.0.1 evil.example",
    "127.0.0.1,evil.example",
    "http://127.0.0.1",
    "[::1",
    "::1",
    "::1]:10001",
    "[::1%lo]:10001",
    "[localhost]:10001",
    "evil.example#127.0.0.1",
    "evil.example\\127.0.0.1",
    "lоcalhost:10001",
    "ｌocalhost",
    "127。0。0。1",
    "%6cocalhost",
    "*",
]
ORIGINS = [
    "https://evil.example",
    "null",
    "NULL",
    "*",
    "",
    "file://",
    "http://127.0.0.1:10001",
    "http://localhost:10001",
    "http://localhost",
    "http://[::1]:10001",
    "http://0.0.0.0:10001",
    "http://127.0.0.1.nip.io:10001",
    "http://app.example",
    "https://app.example:443",
    "https://app.example:8443",
    "https://app.example/",
    "https://app.example.",
    "https://app.example.evil",
    "https://evil-app.example",
    "https://sub.app.example",
    "https://user@app.example",
    "https://app.example, https://evil.example",
    "https://app.example https://evil.example",
    "HTTPS://APP.EXAMPLE",
    "https://аpp.example",
    "chrome-extension://abcdefghijklmnop",
    "moz-extension://abcdefgh",
    "about:blank",
    "data:",
]
SETTINGS = Settings(
    listener=Listener(
        hosts=("proxy.lan", "192.168.1.5:10001"), origins=("https://app.example", "null")
    )
)


@pytest.fixture(scope="module")
def proxy() -> Together:
    """A proxy that allows one host and one origin more than its own."""
    return Together(scripts.text("Hello"), settings=SETTINGS)


@pytest.fixture(scope="module")
def locked() -> Together:
    """The same, with a token."""
    return Together(scripts.text("Hello"), settings=SETTINGS, token="secret")


@pytest.mark.parametrize("host", LETS_IN)
def test_lets_in_who_speaks_of_this_machine(proxy: Together, host: str) -> None:
    """Loopback names, with the port that this listens on, and those that the settings allow."""
    assert proxy.get("/health", {"Host": host}).status == 200


@pytest.mark.parametrize("host", KEEPS_OUT)
def test_keeps_out_who_speaks_of_another(proxy: Together, host: str) -> None:
    """A page whose name was rebound to this machine still says its own name."""
    got = proxy.get("/health", {"Host": host})
    assert (got.status, got.error["code"]) == (403, "host_not_allowed")


@pytest.mark.parametrize("host", NO_HOSTS)
def test_keeps_out_who_speaks_nonsense(proxy: Together, host: str) -> None:
    """What is no name has no port, and is not what it resembles."""
    got = proxy.get("/health", {"Host": host})
    assert (got.status, got.error["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize("address", [UNIXAddress(b"/run/proxy"), None])
def test_where_there_are_no_ports_any_will_do(address: Any) -> None:
    """Clients of a socket in the file system make one up."""
    request = DummyRequest([])
    request.method, request.path, request.getHost = b"GET", b"/health", lambda: address
    request.requestHeaders.setRawHeaders(b"host", [b"localhost:7"])
    guard = Guard(Resource(), Listener)
    assert guard.admit(request) is False
    request.requestHeaders.setRawHeaders(b"host", [b"evil.example"])
    with pytest.raises(InvalidRequest):
        guard.admit(request)


@pytest.mark.parametrize("name", ["Origin", "Authorization", "Content-Type"])
def test_takes_nothing_twice(locked: Together, name: str) -> None:
    """Of two, somebody else may have looked at the other."""
    headers = {
        "Origin": "https://app.example",
        "Authorization": "Bearer secret",
        "Content-Type": "application/json",
    }
    assert locked.chat("hi", headers=headers).status == 200
    sent: Any = {**headers, name: [headers[name], headers[name]]}
    got = locked.chat("hi", headers=sent)
    assert (got.status, name.lower() in got.error["message"]) == (400, True)


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "DELETE"])
def test_refuses_pages(proxy: Together, origin: str, method: str) -> None:
    """No web page spends pollen, whatever it sends; it does not even learn why."""
    before = len(proxy.imitation.asked())
    headers = {"Origin": origin, "Content-Type": "application/json"}
    if method == "OPTIONS":
        headers["Access-Control-Request-Method"] = "POST"
    got = proxy.ask(method, "/v1/models", headers, b"{}")
    assert got.status == 403
    named = [name.lower() for name, _ in got.response.headers.getAllRawHeaders()]
    assert not any(name.startswith(b"access-control") for name in named)
    assert len(proxy.imitation.asked()) == before


def test_pages_have_no_word_unless_one_is_allowed() -> None:
    """Without settings there is nothing for browsers in any answer."""
    proxy = Together(scripts.text("Hello"))
    for headers in ({}, {"Origin": "https://app.example"}):
        got = proxy.get("/v1/models", headers)
        assert got.header("Access-Control-Allow-Origin") is None
        assert got.header("Vary") is None
        assert got.header("Cross-Origin-Resource-Policy") == "same-origin"
        assert got.header("X-Content-Type-Options") == "nosniff"


PREFLIGHT = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}


def test_answers_the_preflight_of_an_allowed_page(locked: Together) -> None:
    """Browsers ask first whether a page may send JSON. They have no token to show then."""
    got = locked.ask("OPTIONS", "/v1/chat/completions", PREFLIGHT)
    assert (got.status, got.data) == (204, b"")
    assert got.header("Access-Control-Allow-Origin") == "https://app.example"
    assert got.header("Access-Control-Allow-Methods") == "GET, HEAD, POST"
    assert got.header("Access-Control-Allow-Headers") is None
    assert got.header("Access-Control-Allow-Private-Network") is None
    assert got.header("Access-Control-Allow-Credentials") is None
    vary = str(got.header("Vary")).split(", ")
    assert vary[:2] == ["Origin", "Access-Control-Request-Method"]
    assert "Access-Control-Request-Headers" in vary


@pytest.mark.parametrize(
    ("wanted", "allowed"),
    [
        ("x-stainless-os", "x-stainless-os"),
        ("authorization, content-type,x-a", "authorization, content-type,x-a"),
        ("a;b", None),
        ("<script>", None),
        ("", None),
        ("x" * 3000, None),
    ],
)
def test_an_allowed_page_may_send_its_headers(
    proxy: Together, wanted: str, allowed: str | None
) -> None:
    """SDKs have many."""
    headers = {**PREFLIGHT, "Access-Control-Request-Headers": wanted}
    got = proxy.ask("OPTIONS", "/v1/chat/completions", headers)
    assert (got.status, got.header("Access-Control-Allow-Headers")) == (204, allowed)


@pytest.mark.parametrize(("asked", "allowed"), [("true", "true"), ("false", None), ("1", None)])
def test_a_public_page_may_come_to_a_private_network(
    proxy: Together, asked: str, allowed: str | None
) -> None:
    """When it is an allowed one, and asks."""
    headers = {**PREFLIGHT, "Access-Control-Request-Private-Network": asked}
    got = proxy.ask("OPTIONS", "/v1/chat/completions", headers)
    assert got.header("Access-Control-Allow-Private-Network") == allowed
    got = proxy.get("/v1/models", {"Origin": "https://app.example", **headers})
    assert got.header("Access-Control-Allow-Private-Network") is None


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://app.example"}])
def test_options_is_for_preflights(proxy: Together, headers: dict[str, str]) -> None:
    """Anything else is a method that is not served."""
    got = proxy.ask("OPTIONS", "/v1/chat/completions", headers)
    assert (got.status, got.header("Allow")) == (405, "POST")


def test_lets_an_allowed_page_ask(proxy: Together) -> None:
    """And read the answer."""
    got = proxy.chat("hi", headers={"Origin": "https://app.example"})
    assert (got.status, got.text) == (200, "Hello")
    assert got.header("Access-Control-Allow-Origin") == "https://app.example"
    assert got.header("Access-Control-Allow-Credentials") is None
    assert "x-pollinations-model" in str(got.header("Access-Control-Expose-Headers"))
    assert got.header("Vary") == "Origin"
    # A cache must not give one page's answer to another.
    assert proxy.get("/v1/models").header("Vary") == "Origin"


def test_lets_an_allowed_page_read_errors(locked: Together) -> None:
    """Or it could not say what is wrong."""
    got = locked.chat("hi", headers={"Origin": "https://app.example"})
    assert (got.status, got.error["code"]) == (401, "invalid_token")
    assert got.header("Access-Control-Allow-Origin") == "https://app.example"


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_takes_nothing_but_json(proxy: Together, kind: str) -> None:
    """What a page may send without a preflight is not taken."""
    got = proxy.chat("hi", headers={"Content-Type": kind})
    assert got.status == 415


def test_a_method_in_lower_case_is_no_way_round(proxy: Together) -> None:
    """It is the same method to those behind."""
    got = proxy.ask("post", "/v1/chat/completions", {"Content-Type": "text/plain"}, b"{}")
    assert got.status in (405, 415)


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8"])
def test_takes_json(proxy: Together, kind: str) -> None:
    """However it is written."""
    assert proxy.chat("hi", headers={"Content-Type": kind}).status == 200


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (None, 401),
        ("", 401),
        ("Bearer", 401),
        ("Bearer wrong", 401),
        ("Basic secret", 401),
        ("Bearer secre", 401),
        ("Bearer secrett", 401),
        ("Bearer sécret", 401),
        ("Bearer " + "secret" * 1000, 401),
        ("Bearer secret, Bearer secret", 401),
        ("Bearer Secret", 401),
        ("Bearersecret", 401),
        ("secret", 401),
        ("Basic OnNlY3JldA==", 401),
        ("Bearer secret", 200),
        ("bearer secret", 200),
    ],
)
def test_wants_its_token(locked: Together, authorization: str | None, status: int) -> None:
    """When there is one, every path but the health wants it."""
    proxy = locked
    headers = {} if authorization is None else {"Authorization": authorization}
    assert proxy.chat("hi", headers=headers).status == status
    assert proxy.get("/v1/models", headers).status == status
    assert proxy.get("/health", headers).status == 200
    for path in ("/healthy", "//health", "/health%2f..%2fv1/models", "/healt%68", "/v1/health"):
        assert proxy.get(path, headers).status in ((200, 404) if status == 200 else (401,))
    challenge = proxy.get("/v1/models", headers).header("WWW-Authenticate")
    assert challenge == (None if status == 200 else "Bearer")


@pytest.mark.parametrize("headers", [{}, {"X-Api-Key": "secret"}, {"Cookie": "token=secret"}])
@pytest.mark.parametrize(
    "query", ["", "?token=secret", "?access_token=secret", "?key=secret", "?api_key=secret"]
)
def test_wants_its_token_where_it_belongs(
    locked: Together, headers: dict[str, str], query: str
) -> None:
    """Addresses end up in logs and histories, and cookies are sent by pages."""
    assert locked.get("/v1/models" + query, headers).status == 401


def test_health_is_no_way_round_the_token(locked: Together) -> None:
    """What begins like it leads nowhere else."""
    proxy = locked
    for path in ("/health/../v1/models", "/health/%2e%2e/v1/models", "/health//v1/models"):
        assert proxy.get(path).status == 404
    assert proxy.post("/health/../v1/chat/completions", b"{}").status == 404


def test_a_clients_authorization_goes_no_further() -> None:
    """It is for this door; upstreams get the key in force, and the free one none."""
    proxy = Together(scripts.text("Hello"), token="secret", key="sk_demo")
    for model in ("free/openai", "enter/openai"):
        proxy.chat("hi", model=model, headers={"Authorization": "Bearer secret"})
    free, enter = proxy.imitation.asked()
    assert "authorization" not in free.headers
    assert enter.key == "sk_demo"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("abc-1.2:3_4", True),
        ("a" * 128, True),
        ("a" * 129, False),
        ("a b", False),
        ("é", False),
        ("sk_0123456789abcdef", False),
    ],
)
def test_keeps_a_sane_request_id(proxy: Together, given: str, kept: bool) -> None:
    """A client finds its request in the log; nothing else gets in there."""
    got = proxy.get("/health", {"X-Request-Id": given})
    assert (got.header("X-Request-Id") == given) is kept
    assert got.header("X-Request-Id")
