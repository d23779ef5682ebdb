"""A proxy that has met everything that is counted."""

import attrs
import pytest

from pollinations.testing import scripts
from pollinations.testing.together import PLENTY, Together

HELLO = scripts.text("Hel", "lo")
SLOW = HELLO.but(pace=1.0)
STEPS = [
    {"role": "user", "content": "Think."},
    {"role": "assistant", "content": "Hello"},
    {"role": "user", "content": "Go on."},
]


def answered(proxy: Together) -> None:
    """Streams and whole answers, of both universes."""
    proxy.imitation.model = SLOW
    proxy.chat("hi", model="enter/openai", stream=True)
    proxy.advance(5)
    proxy.imitation.model = HELLO
    proxy.chat("hi", model="enter/openai")
    proxy.chat("hi", model="free/openai")


def failed(proxy: Together) -> None:
    """Refusals in every form, a second attempt, another model."""
    for enter in (scripts.error(402, "No"), scripts.refusal()):
        proxy.imitation.model = scripts.ByUniverse(enter=enter, free=HELLO)
        proxy.chat("hi", model="enter/gemini", stream=True)
        proxy.exchange.outlook.cooldowns.clear()
    proxy.imitation.model = scripts.InTurn(scripts.upstream_error(503, "broken"), HELLO)
    proxy.chat("hi", model="enter/openai")
    proxy.advance(5)
    proxy.imitation.model = scripts.upstream_error(500, "broken")
    proxy.chat("hi", model="enter/openai")
    proxy.advance(10)


def cut(proxy: Together) -> None:
    """An answer that plays the user."""
    proxy.imitation.model = scripts.text("Done.\n\n", "User: and now?\n", "Well,", "more")
    proxy.chat("hi", model="enter/openai", stream=True)
    proxy.advance(2)


def left(proxy: Together) -> None:
    """Clients who leave the queue, an upstream that hangs and a stream."""
    proxy.imitation.model = scripts.hanging()
    first, second = proxy.chat("hi", model="free/openai"), proxy.chat("hi", model="free/openai")
    second.leave()
    proxy.advance(1)
    first.leave()
    proxy.advance(1)
    proxy.imitation.model = SLOW
    streaming = proxy.chat("hi", model="enter/openai", stream=True)
    proxy.advance(0.5)
    streaming.leave()
    proxy.pump()


def remembered(proxy: Together) -> None:
    """A conversation of which something is known, and one of which nothing is."""
    proxy.imitation.model = scripts.signed_text("Hel", "lo", signature="c2lnbmVk")
    proxy.chat(STEPS[0], model="enter/gemini", stream=True)
    proxy.chat(*STEPS, model="enter/gemini", stream=True)
    proxy.chat("else", *STEPS[1:], model="enter/gemini", stream=True)


def asked_without_a_model(proxy: Together) -> None:
    """A command, lists, and what there is not."""
    proxy.chat("/poll config status_gui all")
    for path in ("/v1/models", "/health", "/nothing"):
        proxy.get(path)
    proxy.chat(7)


@pytest.fixture(scope="session")
def driven() -> Together:
    """A proxy that has met one request of each kind, with a model cooling down at the end."""
    proxy = Together()
    proxy.quota.latest = attrs.evolve(PLENTY, seen=0.5)
    for kind in (answered, cut, left, remembered, asked_without_a_model, failed):
        kind(proxy)
    proxy.api.metrics.watch("connections", lambda: {(): 1})
    return proxy
