"""The settings as values, with their defaults. No file, no environment, no Twisted here."""

from typing import Literal

import attrs

Mode = Literal["manual", "alwaysfree", "pro"]


@attrs.frozen
class Gui:
    """What is shown: ``status`` none, alert or all; ``logs`` none, error or verbose."""

    status: Literal["none", "alert", "all"] = "alert"
    logs: Literal["none", "error", "verbose"] = "none"


@attrs.frozen
class Thresholds:
    """When to fall back: ``tier`` in percent of the allowance, the others in pollen."""

    tier: float = 10.0
    wallet: float = 5.0
    quest: float = 0.05


@attrs.frozen
class FreeFallbacks:
    """Who answers in the free universe: ``main`` without tools, ``agent`` for a failed request."""

    main: str = "free/mistral"
    agent: str = "free/openai-fast"


@attrs.frozen
class EnterFallbacks:
    """Who answers instead of an ``enter`` model that was given tools."""

    agent: str = "free/openai-fast"


@attrs.frozen
class Fallbacks:
    """Which model answers instead."""

    free: FreeFallbacks = attrs.field(factory=FreeFallbacks)
    enter: EnterFallbacks = attrs.field(factory=EnterFallbacks)


@attrs.frozen
class Timeouts:
    """Limits on waiting, in seconds; ``None`` is no limit."""

    connect: float = 10.0
    first_byte: float = 120.0
    first_token: float | None = None
    idle: float = 300.0
    account: float = 5.0


@attrs.frozen
class Listener:
    """
    Who may come in.

    :param hosts: names that a ``Host`` header may bear besides the loopback ones.
    :param origins: web origins whose pages may ask.
    :param body_limit: the most bytes that a request's body may have.
    :param requests: the most requests that may be open at once.
    :param arrival: seconds that a request may take to arrive.
    """

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    body_limit: int = 20 * 1024 * 1024
    requests: int = 256
    arrival: float = 60.0


@attrs.frozen
class Settings:
    """
    Everything that ``config.json`` can say.

    :param mode: the chosen mode; ``None`` when nobody has chosen.
    :param api_key: the key that was connected, never shown.
    :param retries: how often one model is asked again before a byte came.
    :param guillotine: whether a turn that the model plays for the user is cut off.
    :param repetition: whether an answer that repeats itself without end is cut off.
    :param keepalive: seconds of silence after which a comment is sent.
    :param user_agent: what upstreams are told that we are.
    """

    mode: Mode | None = None
    api_key: str | None = attrs.field(default=None, repr=False)
    gui: Gui = attrs.field(factory=Gui)
    thresholds: Thresholds = attrs.field(factory=Thresholds)
    fallbacks: Fallbacks = attrs.field(factory=Fallbacks)
    enable_paid_tools: bool = False
    status_bar: bool = True
    language: Literal["en", "fr"] = "en"
    debug: bool = False
    retries: int = 2
    timeouts: Timeouts = attrs.field(factory=Timeouts)
    listener: Listener = attrs.field(factory=Listener)
    guillotine: bool = True
    repetition: bool = True
    keepalive: float = 15.0
    user_agent: str = "curl/8.5.0"
