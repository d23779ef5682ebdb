"""
The settings as values, with their defaults. No file, no environment, no Twisted here.

A setting is one line of this file: its name (in JSON in camel case), what it may be, its default.
What its class says of it is what the documentation says.
"""

import math
import re
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, get_args

import attrs

from ..phrase import Language, Phrase

NUMBER: Final = Phrase("a number", "un nombre")
WHOLE_NUMBER: Final = Phrase("a whole number", "un nombre entier")


@attrs.frozen
class Limit:
    """
    What a value may be, beyond its type.

    :param words: that, for a person: ``a number from 0 to 100``.
    :param allows: whether a value of the right type is one of those.
    """

    words: Phrase
    allows: Callable[[Any], bool]


def between(low: float, high: float, noun: Phrase = NUMBER) -> Limit:
    """The finite numbers from *low* to *high*."""
    words = Phrase(f"{noun.en} from {low} to {high}", f"{noun.fr} de {low} à {high}")
    return Limit(words, lambda n: math.isfinite(n) and low <= n <= high)


def matching(pattern: str, en: str, fr: str) -> Limit:
    """The texts that match *pattern* as a whole; what they are, in English and in French."""
    return Limit(Phrase(en, fr), lambda text: re.fullmatch(pattern, text) is not None)


def looks_like_a_key(text: str) -> bool:
    """Whether *text* could be a key of Pollinations, as one would put it into a header."""
    return re.fullmatch(r"[!-~]{1,512}", text) is not None


Mode = Literal["manual", "alwaysfree", "pro"]
Level = Literal["debug", "info", "warn", "error", "critical"]
Percent = Annotated[float, between(0, 100)]
Pollen = Annotated[float, between(0, 1_000_000)]
Seconds = Annotated[float, between(0.01, 86_400)]
Retries = Annotated[int, between(0, 10, WHOLE_NUMBER)]
Requests = Annotated[int, between(1, 100_000, WHOLE_NUMBER)]
Bytes = Annotated[int, between(1024, 2**31, WHOLE_NUMBER)]
Secret = Annotated[
    str, Limit(Phrase("a key, without spaces", "une clé sans espaces"), looks_like_a_key)
]
Name = Annotated[
    str, matching(r"[^\s\x00-\x1f]{1,256}", "a name, without spaces", "un nom sans espaces")
]
Workers = Annotated[int, between(1, 64, WHOLE_NUMBER)]
Port = Annotated[int, between(0, 65_535, WHOLE_NUMBER)]
_BASE = r"https?://(\[[0-9a-fA-F:.]+\]|[^\s/?#:@\[\]]+)(:[0-9]{1,5})?(/[^\s?#]*)?"
Url = Annotated[str, matching(_BASE, "the base of an HTTP server", "la base d'un serveur HTTP")]
PartLevel = Annotated[
    str,
    matching(
        rf"\w+(\.\w+)*=({'|'.join(get_args(Level))})",
        "a part of the program and its level, as in pollinations.upstream=debug",
        "une partie du programme et son niveau, par exemple pollinations.upstream=debug",
    ),
]
HeaderText = Annotated[
    str, matching(r"[ -~]{1,256}", "a line of plain text", "une ligne de texte simple")
]


@attrs.frozen
class Gui:
    """
    What is shown.

    :param status: which notifications about the state of things there are; ``none`` also takes the
        notice out of answers that another model gave.
    :param logs: which notifications about single requests there are.
    """

    status: Literal["none", "alert", "all"] = "alert"
    logs: Literal["none", "error", "verbose"] = "none"


@attrs.frozen
class Thresholds:
    """
    When to fall back.

    :param tier: percent of a tier's allowance at which it counts as used up.
    :param wallet: pollen under which the wallet counts as used up.
    :param quest: pollen at which a grant counts as used up where there are no tiers.
    """

    tier: Percent = 10.0
    wallet: Pollen = 5.0
    quest: Pollen = 0.05


@attrs.frozen
class FreeFallbacks:
    """
    Who answers in the free universe.

    :param main: who answers instead of an ``enter`` model when the request has no tools.
    :param agent: who answers instead when a free model has failed.
    """

    main: Name = "free/mistral"
    agent: Name = "free/openai-fast"


@attrs.frozen
class EnterFallbacks:
    """
    Who answers instead of ``enter`` models.

    :param agent: who answers instead when the request has tools.
    """

    agent: Name = "free/openai-fast"


@attrs.frozen
class Fallbacks:
    """Which model answers instead."""

    free: FreeFallbacks = attrs.field(factory=FreeFallbacks)
    enter: EnterFallbacks = attrs.field(factory=EnterFallbacks)


@attrs.frozen
class Timeouts:
    """
    Limits on waiting.

    :param connect: seconds until a connection to an upstream must stand.
    :param first_byte: seconds until an answer must begin.
    :param first_token: seconds until something of an answer must be ready to leave; ``null`` is no
        limit.
    :param idle: seconds that an upstream may be silent within an answer, or a client take nothing
        of it.
    :param account: seconds that the account pages may take.
    """

    connect: Seconds = 10.0
    first_byte: Seconds = 120.0
    first_token: Seconds | None = None
    idle: Seconds = 300.0
    account: Seconds = 5.0


@attrs.frozen
class Listener:
    """
    Who may come in.

    :param hosts: names that clients may call this proxy by, besides those of this machine; one
        without a port is allowed with any.
    :param origins: web origins (``https://ui.example``) whose pages may use this proxy.
    :param body_limit: the most bytes that a request may have.
    :param requests: the most requests that may be open at once.
    :param connections: the most connections that may be open at once; fewer where the system allows
        the process fewer open files.
    :param arrival: seconds that a request may take to arrive.
    :param idle: seconds that a connection may stay open with nothing asked.
    :param drain: seconds that live answers have to come to their end when the proxy is stopped.
    """

    hosts: tuple[Name, ...] = ()
    origins: tuple[Name, ...] = ()
    body_limit: Bytes = 20 * 1024 * 1024
    requests: Requests = 256
    connections: Requests = 1000
    arrival: Seconds = 60.0
    idle: Seconds = 75.0
    drain: Seconds = 30.0


@attrs.frozen
class Logs:
    """
    What is logged into the home folder.

    :param level: the least grave events that are logged.
    :param levels: the same for parts of the program; the longest name that fits counts.
    :param format: lines for a person, or JSON.
    :param file: whether there is a log in the home folder.
    """

    level: Level = "info"
    levels: tuple[PartLevel, ...] = ()
    format: Literal["text", "json"] = "text"
    file: bool = True


@attrs.frozen
class Settings:
    """
    Everything that ``config.json`` can say.

    :param mode: when another model may answer than the one that was asked for; ``null`` is ``pro``
        with a key and ``manual`` without. ``quest`` and ``quest_only`` are read as ``alwaysfree``,
        ``paid`` as ``pro``.
    :param api_key: the key of Pollinations, if it is kept here.
    :param enable_paid_tools: read and kept for other programs; the proxy itself does not use it.
    :param status_bar: whether a notification says after each ``enter`` request what is left, when
        ``gui.status`` is ``all``.
    :param language: what commands answer in, and what is left is told in: English or French.
    :param debug: whether all levels of the proxy's own events are logged.
    :param retries: how often one model is asked again before anything of its answer has come.
    :param guillotine: whether a turn that the model plays for the user is cut off.
    :param repetition: whether an answer that repeats itself without end is cut off.
    :param keepalive: seconds of silence after which the client of a stream is sent a comment.
    :param user_agent: what upstreams are told that we are.

    What counts where neither option nor environment says otherwise, the port and the workers at
    the start alone:

    :param port: the port on 127.0.0.1; 0 lets the system choose.
    :param free_url: the base of the free upstream, which is never sent a key.
    :param enter_url: the base of the enter upstream.
    :param signatures: where signatures are kept, as a URI; ``null`` is ``signatures.json`` in the
        home folder. What was remembered elsewhere stays there.
    :param refresh: seconds between two looks at the quota.
    :param workers: how many processes serve. A change counts from the next start on.
    """

    mode: Mode | None = None
    api_key: Secret | None = attrs.field(default=None, repr=False)
    gui: Gui = attrs.field(factory=Gui)
    thresholds: Thresholds = attrs.field(factory=Thresholds)
    fallbacks: Fallbacks = attrs.field(factory=Fallbacks)
    enable_paid_tools: bool = False
    status_bar: bool = True
    language: Language = "en"
    debug: bool = False
    logs: Logs = attrs.field(factory=Logs)
    retries: Retries = 2
    timeouts: Timeouts = attrs.field(factory=Timeouts)
    listener: Listener = attrs.field(factory=Listener)
    guillotine: bool = True
    repetition: bool = True
    keepalive: Seconds = 15.0
    user_agent: HeaderText = "curl/8.5.0"
    port: Port = 10001
    free_url: Url = "https://text.pollinations.ai"
    enter_url: Url = "https://gen.pollinations.ai"
    signatures: Name | None = attrs.field(default=None, repr=False)
    refresh: Seconds = 30.0
    workers: Workers = 1
