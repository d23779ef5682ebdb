"""
The models as OpenCode's settings describe them.

Half a ``limit`` or half a ``cost`` keeps OpenCode from starting, so every entry has both halves of
both. Variants are flat, since whatever stands in one goes into the request as it is.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..routing.catalogue import Catalogue, Model
from ..routing.listing import shown_name
from ..routing.route import ENTER, FREE

CONTEXT: Final = 128_000
"""Tokens that a model can look at, where neither its list nor its family says."""

OUTPUT: Final = 16_384
"""Tokens that it can answer with; without a limit OpenCode asks for 32000."""

_LIMITS: Final = {
    "nova": (128_000, 8000),
    "nomnom": (32_768, 2048),
    "scrape": (32_768, 2048),
}
"""Context and output of families, where the list does not say."""

_MOST: Final = 2**53 - 1
"""The largest whole number that JavaScript can tell from its neighbours."""

_MODALITIES: Final = ("text", "audio", "image", "video", "pdf")
"""The only ones that OpenCode knows; with another it does not start."""


def entries(catalogue: Catalogue, has_key: bool) -> dict[str, dict[str, Any]]:
    """
    The ``models`` of the provider: entries by ``free/NAME`` and ``enter/NAME``.

    A model whose name is a path is also there under its short name, by which people know it:
    ``enter/gemini`` beside ``enter/google/gemini-3-flash``.

    :param has_key: whether there is a key for ``enter``; without, its models are left out.
    """
    return {
        f"{universe}/{name}": entry(universe, model, name)
        for universe in ((FREE, ENTER) if has_key else (FREE,))
        for model in catalogue.models.get(universe, ())
        for name in filter(None, (model.name, _short_name(catalogue, universe, model)))
    }


def entry(universe: str, model: Model, name: str = "") -> dict[str, Any]:
    """
    The entry of one model.

    :param name: what it is called there, if that is not the model's own name.
    """
    called = f" ({name})" if name and name != model.name else ""
    inputs, outputs = _known(model.input_modalities), _known(model.output_modalities)
    context, output = _limits(model)
    described = {
        "name": shown_name(universe, model) + called,
        "attachment": inputs != ["text"],
        "reasoning": _reasons(model),
        "temperature": True,
        "tool_call": model.tools is not False,
        "limit": {"context": context, "output": output},
        "cost": _cost(universe, model.pricing),
        "modalities": {"input": inputs, "output": outputs},
    }
    variants = dict(_variants(model))
    return {**described, "variants": variants} if variants else described


def _short_name(catalogue: Catalogue, universe: str, model: Model) -> str | None:
    """The first alias that is no path and leads to *model*; ``None`` if its name is no path."""
    if "/" not in model.name:
        return None
    short = (alias for alias in model.aliases if "/" not in alias)
    return next((alias for alias in short if catalogue.find(universe, alias) is model), None)


def _variants(model: Model) -> Iterator[tuple[str, dict[str, Any]]]:
    """In the words of the request itself: OpenCode translates ``reasoningEffort`` and no other."""
    if _reasons(model) or {"gemini", "gemini-large"} & set(_names(model)):
        yield "high_reasoning", {"reasoningEffort": "high"}
    if _is_called(model, "claude", "mistral", "llama"):
        yield "safe_tokens", {"max_tokens": 8000}
    if _is_called(model, "nova"):
        yield "bedrock_safe", {"max_tokens": 8000}
    if _is_called(model, "fast", "flash", "lite") and not _is_called(model, "gemini"):
        yield "speed", {"thinking": {"disabled": True}}


def _reasons(model: Model) -> bool:
    """By what the list says, else by the model's own name: an alias may mean another mode of it."""
    return model.reasoning or any(word in model.name.lower() for word in ("thinking", "reasoning"))


def _limits(model: Model) -> tuple[int, int]:
    families = (limits for word, limits in _LIMITS.items() if _is_called(model, word))
    context, output = next(families, (CONTEXT, OUTPUT))
    context = min(model.context_length or context, _MOST)
    # What is asked for must leave room for what is looked at.
    return context, min(model.max_output_tokens or min(output, context // 4), context)


def _cost(universe: str, pricing: Mapping[str, float]) -> dict[str, float]:
    """US dollars for a million tokens; the lists say pollen, which are dollars, for one."""
    if universe == FREE:
        return {"input": 0, "output": 0}
    cost = {
        "input": _million(pricing.get("promptTextTokens", 0)),
        "output": _million(pricing.get("completionTextTokens", 0)),
    }
    cached = pricing.get("promptCachedTokens")
    return cost if cached is None else {**cost, "cache_read": _million(cached)}


def _million(price: float) -> float:
    return round(min(price * 1e6, float(_MOST)), 6)


def _known(modalities: tuple[str, ...]) -> list[str]:
    return [each for each in _MODALITIES if each in modalities] or ["text"]


def _names(model: Model) -> tuple[str, ...]:
    return tuple(map(str.lower, model.names))


def _is_called(model: Model, *words: str) -> bool:
    """Whether one of *words* is in a name of *model*."""
    return any(word in name for name in _names(model) for word in words)
