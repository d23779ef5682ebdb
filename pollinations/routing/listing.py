"""The models as ``/v1/models`` lists them: OpenAI's fields, and what one chooses a model by."""

from collections.abc import Iterator
from typing import Any

from ..errors import InvalidRequest
from .catalogue import Catalogue, Model
from .names import resolve
from .route import ENTER, FREE


def listing(catalogue: Catalogue, has_key: bool, everything: bool = False) -> list[dict[str, Any]]:
    """
    The entries of all models, the free ones first.

    :param has_key: whether there is a key for ``enter``; without, its models are left out.
    :param everything: leave nothing out.
    """
    return [
        _entry(universe, model)
        for universe in _ordered(catalogue)
        if has_key or everything or universe != ENTER
        for model in catalogue.models[universe]
    ]


def entry(catalogue: Catalogue, name: str, has_key: bool) -> dict[str, Any] | None:
    """
    The entry of the model that a client would reach by *name*; ``None`` when nobody knows it.

    :param name: with or without a prefix, the model's own name or an alias.
    """
    try:
        universe, bare = resolve(name, catalogue, has_key)
    except InvalidRequest:
        return None
    model = catalogue.find(universe, bare)
    return None if model is None else _entry(universe, model)


def shown_name(universe: str, model: Model) -> str:
    """What a person reads in a list: ``[Free] Mistral``, ``[💎 Paid] Gemini Pro``."""
    return f"[{_label(universe, model)}] {display_name(model)}"


def _ordered(catalogue: Catalogue) -> Iterator[str]:
    known = [universe for universe in (FREE, ENTER) if universe in catalogue.models]
    yield from known
    yield from (universe for universe in catalogue.models if universe not in known)


def _entry(universe: str, model: Model) -> dict[str, Any]:
    return {
        "id": f"{universe}/{model.name}",
        "object": "model",
        "created": model.created,
        "owned_by": model.publisher or "pollinations",
        "name": shown_name(universe, model),
        "context_length": model.context_length,
        "max_output_tokens": model.max_output_tokens,
        "pricing": dict(model.pricing),
        "tools": model.tools,
        "reasoning": model.reasoning,
        "paid_only": model.paid_only,
        "input_modalities": list(model.input_modalities),
        "aliases": list(model.aliases),
    }


def _label(universe: str, model: Model) -> str:
    if model.paid_only and universe != FREE:
        return "💎 Paid"
    return universe.capitalize()


def display_name(model: Model) -> str:
    """What its title or its description begins with, else its name made readable."""
    described = (model.title or model.description).partition(" - ")[0].strip()
    if described and described != model.name:
        return described
    words = model.name.rpartition("/")[2].replace("-", " ").split()
    return " ".join(word[:1].upper() + word[1:] for word in words) or model.name
