"""No client chooses where its request is sent: upstreams are those that this was started with."""

import pytest

from pollinations.testing import scripts
from pollinations.testing.account import DEMO_KEY
from pollinations.testing.together import Together

ELSEWHERE = "http://169.254.169.254/latest/meta-data"
HEADERS = [
    "X-Forwarded-Host",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Server",
    "X-Original-URL",
    "X-Original-Host",
    "X-Rewrite-URL",
    "X-Host",
    "X-HTTP-Host-Override",
    "X-Portkey-Custom-Host",
    "X-Portkey-Provider",
    "X-Upstream",
    "X-Upstream-Url",
    "X-Base-Url",
    "X-Api-Base",
    "X-Target-Url",
    "X-Proxy-Url",
    "OpenAI-Base-Url",
    "Forwarded",
    "Via",
    "Referer",
    "Location",
    "Destination",
    "Proxy-Authorization",
    "Cookie",
]
FIELDS = [
    "api_base",
    "base_url",
    "baseURL",
    "api_key",
    "apiKey",
    "url",
    "host",
    "endpoint",
    "proxy",
    "custom_llm_provider",
    "azure_endpoint",
    "extra_headers",
    "extra_query",
    "webhook",
    "callback_url",
]
MODELS = [
    ELSEWHERE,
    "http://evil.example/v1",
    "enter/http://evil.example/v1",
    "free/../../enter/v1/chat/completions",
    "free/..%2f..%2fenter",
    "//evil.example/x",
    "enter/@evil.example/",
    "free/openai#@evil.example",
    "free/openai?url=http://evil.example",
    "enter/openai\r\nHost: evil.example",
]
PATHS = [
    f"/{ELSEWHERE}",
    "//evil.example/v1/models",
    "/v1/..%2f..%2fadmin",
    "/v1/%2e%2e/%2e%2e/etc/passwd",
    "/v1/models/..%2f..%2faccount%2fkey",
    "/v1/models/http://evil.example/",
    "/v1/proxy/http://evil.example/",
    "/v1/models?url=" + ELSEWHERE,
    "/v1/models\\..\\admin",
]


@pytest.fixture(scope="module")
def proxy() -> Together:
    """A proxy that has a key."""
    return Together(scripts.text("Hello"))


def destinations(proxy: Together) -> set[tuple[str, str]]:
    """Where requests have gone so far."""
    return {(asked.universe, asked.path) for asked in proxy.imitation.asked()}


FREE = ("free", "/openai/chat/completions")
ENTER = ("enter", "/v1/chat/completions")


@pytest.mark.parametrize("name", HEADERS)
def test_no_header_chooses(proxy: Together, name: str) -> None:
    """Nor does any go upstream."""
    value = f"host=evil.example;{ELSEWHERE}"
    for model in ("free/openai", "enter/openai"):
        assert proxy.chat("hi", model=model, headers={name: value}).status == 200
        asked = proxy.imitation.asked()[-1]
        assert "evil.example" not in str(dict(asked.headers))
        assert asked.key == (DEMO_KEY if model.startswith("enter") else "")
    assert destinations(proxy) == {FREE, ENTER}


@pytest.mark.parametrize("name", FIELDS)
def test_no_field_chooses(proxy: Together, name: str) -> None:
    """What is unknown is passed on as it is, for the upstream to judge."""
    for model in ("free/openai", "enter/openai"):
        got = proxy.chat("hi", model=model, **{name: ELSEWHERE})
        assert got.status == 200
        assert proxy.imitation.asked()[-1].key == (DEMO_KEY if model.startswith("enter") else "")
    assert destinations(proxy) <= {FREE, ENTER}


@pytest.mark.parametrize("model", MODELS)
def test_no_model_chooses(proxy: Together, model: str) -> None:
    """Its name is a field of the body that is sent, never a part of an address."""
    proxy.chat("hi", model=model)
    assert destinations(proxy) <= {FREE, ENTER}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_path_chooses(proxy: Together, path: str, method: str) -> None:
    """What is not served here is not looked for elsewhere."""
    before = len(proxy.imitation.asked())
    got = proxy.ask(method, path, {"Content-Type": "application/json"}, b"{}")
    assert got.status in (200, 400, 404, 405)
    assert len(proxy.imitation.asked()) == before


def test_pictures_are_not_fetched(proxy: Together) -> None:
    """Their addresses are passed on; that is all."""
    picture = {"type": "image_url", "image_url": {"url": f"{ELSEWHERE}/picture.png"}}
    before = len(proxy.imitation.asked())
    proxy.chat({"role": "user", "content": [picture]}, model="enter/openai")
    assert len(proxy.imitation.asked()) == before + 1
    assert destinations(proxy) <= {FREE, ENTER}
