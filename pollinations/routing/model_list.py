"""
What an upstream's list of models says, in every shape in which such lists have been seen.

January's lists had numbers for prices, ``context_window`` and a ``tools`` flag; today's have texts
for prices, ``context_length`` and ``capabilities``; a list of bare names has nothing but names.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import attrs


@attrs.frozen
class Model:
    """
    What is known of one model.

    :param name: the bare name, which may hold slashes, dots and colons.
    :param aliases: other names that mean it.
    :param publisher: who made it (``google``), or empty.
    :param tools: whether it can call tools; ``None`` when the list does not say.
    :param reasoning: whether it thinks before it answers.
    :param paid_only: whether only purchased pollen buys it.
    :param pricing: pollen per token, by the list's own words (``promptTextTokens``…).
    :param context_length: tokens, or ``None`` when the list does not say.
    :param max_output_tokens: tokens, or ``None`` when the list does not say.
    :param title: its name for people, or empty.
    :param created: when it came, in whole seconds since the epoch; 0 when the list does not say.
    """

    name: str
    aliases: tuple[str, ...] = ()
    publisher: str = ""
    description: str = ""
    tools: bool | None = None
    reasoning: bool = False
    paid_only: bool = False
    pricing: Mapping[str, float] = attrs.field(factory=dict)
    context_length: int | None = None
    max_output_tokens: int | None = None
    input_modalities: tuple[str, ...] = ("text",)
    output_modalities: tuple[str, ...] = ("text",)
    title: str = ""
    created: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Its own name, and then the others."""
        return (self.name, *self.aliases)


_OTHER_CATEGORIES = {"image", "video", "audio", "3d", "embedding", "embeddings", "realtime"}

_MOST = 1e15
"""More than any number of tokens or any time can be; JSON has no room for much more."""


def parse_list(data: Any) -> tuple[Model, ...]:
    """
    The chat models of one list, in its order; entries that are none are left out.

    :param data: the parsed reply of ``/models`` and its like.
    :raises ValueError: this is not a list of models, or no chat model is in it.
    """
    entries = data.get("data") if isinstance(data, dict) else data
    if not isinstance(entries, list):
        raise ValueError("it is not a list of models")
    models: dict[str, Model] = {}
    for model in _models(entries):
        models.setdefault(model.name, model)
    if not models:
        raise ValueError("no chat model is in the list")
    return tuple(models.values())


def _models(entries: list[Any]) -> Iterator[Model]:
    for entry in entries:
        if isinstance(entry, str):
            entry = {"id": entry}
        if isinstance(entry, dict) and _name(entry) and _chats(entry):
            yield _model(entry)


def _model(entry: Mapping[str, Any]) -> Model:
    capabilities = _words(entry, "capabilities")
    return Model(
        name=_name(entry),
        aliases=tuple(filter(_is_name, _words(entry, "aliases"))),
        publisher=_text(entry, "publisher", "brand"),
        description=_text(entry, "description"),
        tools=_tools(entry, capabilities),
        reasoning=entry.get("reasoning") is True or "reasoning" in capabilities,
        paid_only=entry.get("paid_only") is True,
        pricing=_pricing(entry.get("pricing")),
        context_length=_tokens(entry, "context_length", "context_window"),
        max_output_tokens=_tokens(entry, "max_output_tokens", "max_completion_tokens"),
        input_modalities=_words(entry, "input_modalities") or ("text",),
        output_modalities=_words(entry, "output_modalities") or ("text",),
        title=_text(entry, "title"),
        created=_created(entry),
    )


def _chats(entry: Mapping[str, Any]) -> bool:
    """Whether this is a chat model, by what the list says, or by what it does not deny."""
    if endpoints := _words(entry, "supported_endpoints"):
        if not any(endpoint.endswith("chat/completions") for endpoint in endpoints):
            return False
    elif _text(entry, "category").lower() in _OTHER_CATEGORIES:
        return False
    if outputs := _words(entry, "output_modalities"):
        return "text" in outputs
    # Whatever is paid for by something else than text tokens alone makes something else.
    made = {word for word in _pricing(entry.get("pricing")) if word.startswith("completion")}
    return not made or "completionTextTokens" in made


def _tools(entry: Mapping[str, Any], capabilities: tuple[str, ...]) -> bool | None:
    said = entry.get("tools")
    if isinstance(said, bool):
        return said
    # An empty list of capabilities may be one that nobody filled in.
    return "tool_calling" in capabilities if capabilities else None


def _name(entry: Mapping[str, Any]) -> str:
    named = _text(entry, "id", "name")
    return named if _is_name(named) else ""


def _is_name(text: str) -> bool:
    return 0 < len(text) <= 200 and text.isprintable() and " " not in text


def _text(entry: Mapping[str, Any], *names: str) -> str:
    """The first of *names* that is a text; empty when none is."""
    texts = (entry.get(name) for name in names)
    return next((text.strip() for text in texts if isinstance(text, str) and text.strip()), "")


def _words(entry: Mapping[str, Any], name: str) -> tuple[str, ...]:
    words = entry.get(name)
    return tuple(w for w in words if isinstance(w, str)) if isinstance(words, list) else ()


def _pricing(prices: Any) -> Mapping[str, float]:
    if not isinstance(prices, dict):
        return {}
    read = {word: _number(price) for word, price in prices.items()}
    return {word: price for word, price in read.items() if price is not None}


def _tokens(entry: Mapping[str, Any], *names: str) -> int | None:
    numbers = (_number(entry.get(name)) for name in names)
    return next((int(n) for n in numbers if n is not None and 1 <= n <= _MOST), None)


def _number(value: Any) -> float | None:
    """A finite number that is not negative, written as a number or as a text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _created(entry: Mapping[str, Any]) -> int:
    """From ``created`` in seconds or milliseconds, or from a date."""
    if (number := _number(entry.get("created"))) is not None and number <= _MOST:
        return int(number / 1000 if number > 1e11 else number)
    try:
        day = date.fromisoformat(_text(entry, "added_date")[:10])
    except ValueError:
        return 0
    return (day - date(1970, 1, 1)).days * 86_400
