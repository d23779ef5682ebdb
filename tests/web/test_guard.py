"""Only who may come in comes in."""

import pytest

from pollinations.settings.schema import Listener, Settings
from pollinations.testing import scripts
from pollinations.testing.together import Together

LETS_IN = [
    "127.0.0.1",
    "127.0.0.1:10001",
    "127.8.9.10:1",
    "localhost",
    "LocalHost:10001",
    "localhost:9999",
    "[::1]",
    "[::1]:10001",
    "proxy.lan",
    "PROXY.lan:80",
    "192.168.1.5:10001",
]
KEEPS_OUT = [
    "",
    "evil.example",
    "evil.example:10001",
    "127.0.0.1.nip.io",
    "127.0.0.1.evil.example:10001",
    "localhost.evil.example",
    "localhost.",
    "localhost:10001.evil.example",
    "0.0.0.0",
    "0.0.0.0:10001",
    "[::]",
    "[::ffff:8.8.8.8]",
    "10.0.0.1",
    "192.168.1.5",
    "192.168.1.5:10002",
    "2130706433",
    "0x7f000001",
    "127.1",
    "null",
    "user@127.0.0.1",
    "127.0.0.1:port",
    "127.0.0.1:",
    "127.0.0.1/",
    "[::1",
    "::1",
    "xn--localhost",
    "proxy.lan.evil.example",
    "evil.example#127.0.0.1",
    "evil.example\\127.0.0.1",
]
SETTINGS = Settings(
    listener=Listener(hosts=("proxy.lan", "192.168.1.5:10001"), origins=("https://app.example",))
)


@pytest.fixture
def proxy() -> Together:
    """A proxy that allows one host and one origin more than its own."""
    return Together(scripts.text("Hello"), settings=SETTINGS)


@pytest.mark.parametrize("host", LETS_IN)
def test_lets_in_who_speaks_of_this_machine(proxy: Together, host: str) -> None:
    """Loopback names, with any port, and those that the settings allow."""
    assert proxy.get("/health", {"Host": host}).status == 200


@pytest.mark.parametrize("host", KEEPS_OUT)
def test_keeps_out_who_speaks_of_another(proxy: Together, host: str) -> None:
    """A page whose name was rebound to this machine still says its own name."""
    got = proxy.get("/health", {"Host": host})
    assert (got.status, got.error["code"]) == (403, "host_not_allowed")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:10001", "https://app.example.evil"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_refuses_pages(proxy: Together, origin: str, method: str) -> None:
    """No web page spends pollen, whatever it sends; it does not even learn why."""
    got = proxy.ask(
        method, "/v1/models", {"Origin": origin, "Content-Type": "application/json"}, b"{}"
    )
    assert got.status == 403
    assert got.header("Access-Control-Allow-Origin") is None


def test_answers_the_preflight_of_an_allowed_page(proxy: Together) -> None:
    """Browsers ask first whether a page may send JSON."""
    got = proxy.ask("OPTIONS", "/v1/chat/completions", {"Origin": "https://app.example"})
    assert got.status == 204
    assert got.header("Access-Control-Allow-Origin") == "https://app.example"
    assert "POST" in str(got.header("Access-Control-Allow-Methods"))
    headers = {"Origin": "https://app.example", "Access-Control-Request-Headers": "x-stainless-os"}
    got = proxy.ask("OPTIONS", "/v1/chat/completions", headers)
    assert got.header("Access-Control-Allow-Headers") == "x-stainless-os"


def test_lets_an_allowed_page_ask(proxy: Together) -> None:
    """And read the answer."""
    got = proxy.chat("hi", headers={"Origin": "https://app.example"})
    assert (got.status, got.text) == (200, "Hello")
    assert got.header("Access-Control-Allow-Origin") == "https://app.example"
    assert got.header("Vary") == "Origin"


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
        ("Bearer secret", 200),
        ("bearer secret", 200),
    ],
)
def test_wants_its_token(authorization: str | None, status: int) -> None:
    """When there is one, every path but the health wants it."""
    proxy = Together(scripts.text("Hello"), token="secret")
    headers = {} if authorization is None else {"Authorization": authorization}
    assert proxy.chat("hi", headers=headers).status == status
    assert proxy.get("/v1/models", headers).status == status
    assert proxy.get("/health", headers).status == 200
    assert proxy.get("/healthy", headers).status == (404 if status == 200 else 401)


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
    [("abc-1.2:3_4", True), ("a" * 128, True), ("a" * 129, False), ("a b", False), ("é", False)],
)
def test_keeps_a_sane_request_id(proxy: Together, given: str, kept: bool) -> None:
    """A client finds its request in the log; nothing else gets in there."""
    got = proxy.get("/health", {"X-Request-Id": given})
    assert (got.header("X-Request-Id") == given) is kept
    assert got.header("X-Request-Id")
