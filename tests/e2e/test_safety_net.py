"""The safety net over real sockets, as the openai client and OpenCode see it."""

from collections import Counter

import openai
import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from pollinations.testing import scripts
from pollinations.testing.imitation import Imitation
from pollinations.testing.process import in_front

SETTINGS = '{"mode": "pro", "retries": 1, "timeouts": {"firstByte": 1}}'
RESCUE = scripts.text("To the ", "rescue")
BUSY = scripts.error(503, "Busy")

# What an enter model does, how often it is asked then, why another answers, and the status that the
# client gets when nobody can.
FAILURES = {
    "402": (scripts.error(402, "Out of pollen"), 1, "Insufficient Funds (Upstream 402)", 402),
    "refusal": (scripts.refusal("credits"), 1, "Insufficient Funds (Upstream 402)", 402),
    "401": (scripts.error(401, "Bad key"), 1, "Invalid API Key (Upstream 401)", 401),
    "403": (scripts.error(403, "Not for you"), 1, "Access Denied (403)", 403),
    "429": (scripts.error(429, "Slow down"), 2, "Rate Limit (Upstream 429)", 429),
    "503": (BUSY, 2, "Upstream Unavailable (503)", 503),
    "530": (scripts.html(530), 2, "Upstream Unavailable (530)", 530),
    "page": (scripts.html(200), 2, "Upstream Unavailable (502)", 502),
    "empty": (scripts.no_choices(), 2, "Upstream Unavailable (502)", 502),
    "reset": (scripts.dropped(), 2, "Upstream Unavailable (502)", 502),
    "silence": (scripts.hanging(), 1, "Upstream Timeout", 504),
}
ROWS = pytest.mark.parametrize("name", FAILURES)


@pytest_twisted.async_yield_fixture(scope="module")
async def net(tmp_path_factory):
    """A proxy with its safety net, and the imitation behind it."""
    from twisted.internet import reactor

    folder = tmp_path_factory.mktemp("net")
    (folder / "home").mkdir()
    (folder / "home" / "config.json").write_text(SETTINGS)
    imitation = Imitation(reactor)
    async with in_front(reactor, imitation, folder) as proxy:
        yield proxy, imitation
        assert "Traceback" not in proxy.log


def behaving(net, enter, free=RESCUE):
    """The proxy, when the universes behind it answer like this."""
    proxy, imitation = net
    imitation.recording.clear()
    imitation.model = scripts.ByUniverse(enter=enter, free=free)
    return proxy, imitation


def asked(imitation):
    """How often which universe was asked; the free one never with a key."""
    chats = imitation.asked(path="/chat/completions")
    assert not any(one.key for one in chats if one.universe == "free")
    return Counter(one.universe for one in chats)


def streamed(proxy, model):
    """What the openai client reads of a stream, and who the headers say has answered."""
    with openai.OpenAI(base_url=proxy.url, api_key="none", max_retries=0) as client:
        raw = client.chat.completions.with_raw_response.create(
            model=model, messages=[{"role": "user", "content": "Hello"}], stream=True
        )
        deltas = [choice.delta for chunk in raw.parse() for choice in chunk.choices]
    return "".join(delta.content or "" for delta in deltas), raw.headers


@ROWS
@pytest_twisted.ensureDeferred
async def test_openai_gets_the_whole_answer_of_another(net, name):
    """With its notice, and the reason in a header; each model was asked as often as it helps."""
    script, attempts, reason, _ = FAILURES[name]
    proxy, imitation = behaving(net, script)
    text, headers = await deferToThread(streamed, proxy, f"enter/saved-{name}")
    assert text.startswith(f"To the rescue\n\n> ⚠️ **Safety Net**: {reason}.")
    assert headers["x-pollinations-fallback"] == reason
    assert asked(imitation) == {"enter": attempts, "free": 1}


@ROWS
@pytest_twisted.ensureDeferred
async def test_openai_gets_the_first_failure_when_nobody_can(net, name):
    """One honest error, that of the model which was asked for."""
    script, attempts, _, status = FAILURES[name]
    proxy, imitation = behaving(net, script, scripts.error(418, "A teapot"))
    with pytest.raises(openai.APIStatusError) as caught:
        await deferToThread(streamed, proxy, f"enter/lost-{name}")
    assert caught.value.status_code == status
    assert "teapot" not in str(caught.value)
    assert asked(imitation) == {"enter": attempts, "free": 1}


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("402", "enter/openai"),
        ("refusal", "enter/glm"),
        ("503", "enter/kimi"),
        ("silence", "enter/claude-fast"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_opencode_gets_the_whole_answer_of_another(net, opencode, name, model):
    """And ends there: no model is asked a second time for what has been answered."""
    script, attempts, _, _ = FAILURES[name]
    proxy, imitation = behaving(net, script)
    status, output = await deferToThread(
        opencode.run, proxy.url, "-m", f"pollinations/{model}", "--title", "t", "Hello"
    )
    assert status == 0
    assert "To the rescue" in output
    assert asked(imitation) == {"enter": attempts, "free": 1}
