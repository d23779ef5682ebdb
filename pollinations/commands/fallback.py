"""``fallback``: who answers instead of a model that may not or cannot answer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import InvalidRequest
from ..phrase import Phrase
from ..routing.catalogue import Catalogue
from ..routing.last_resort import LAST_RESORT
from ..routing.names import parse
from ..routing.route import FREE
from ..settings.schema import Fallbacks
from .control import Control
from .echo import echoed, sayable
from .near import near
from .verb import Misused, Told, Verb

_NOW = Phrase(
    "Who answers instead:\n\n"
    "- of an `enter` model, without tools: `{main}`\n"
    "- of an `enter` model, with tools: `{enter}`\n"
    "- of a `free` model that failed: `{agent}`",
    "Qui répond à la place :\n\n"
    "- d'un modèle `enter`, sans outils : `{main}`\n"
    "- d'un modèle `enter`, avec outils : `{enter}`\n"
    "- d'un modèle `free` en échec : `{agent}`",
)
_CHANGED = Phrase("Another model answers instead now", "Un autre modèle répond désormais")
_UNCHECKED = Phrase(
    "The list of free models has not been read yet, so nobody knows whether they exist.",
    "La liste des modèles gratuits n'a pas encore été lue, leur existence n'est pas vérifiée.",
)
_NOT_FREE = Phrase(
    "The safety net never spends: {name} is not a free model. Nothing was changed.",
    "Le filet de sécurité ne dépense jamais : {name} n'est pas un modèle gratuit."
    " Rien n'a été changé.",
)
_UNKNOWN = Phrase(
    "There is no free model {name}.{nearest} Nothing was changed.",
    "Il n'y a pas de modèle gratuit {name}.{nearest} Rien n'a été changé.",
)
_NEAREST = Phrase(" Near: {names}.", " Proches : {names}.")
_NO_TOOLS = Phrase(
    "{name} calls no tools, so it cannot answer for an agent. Nothing was changed.",
    "{name} n'appelle pas d'outils et ne peut donc pas répondre à un agent. Rien n'a été changé.",
)
_NO_NAME = Phrase(
    "That is no name of a model. Nothing was changed.",
    "Ce n'est pas un nom de modèle. Rien n'a été changé.",
)


async def fallback(control: Control, words: Sequence[str]) -> Told:
    """
    Show who answers instead, or change it.

    One name is for requests without tools; a second one is for those with, and for free models that
    fail. Models that no list of the service holds are refused; while no list was ever read, any
    name is taken.
    """
    if not words:
        return _told(control)
    if len(words) > 2:
        raise Misused
    problem = next(_problems(control, words), None)
    if problem is not None:
        return Told(problem, ok=False)
    await control.file.save({"fallbacks": _changes(*(_full(word) for word in words))})
    control.changed(_CHANGED(control.language))
    return _told(control, done="✅ ", remark="" if _read(control) else _UNCHECKED(control.language))


def _problems(control: Control, words: Sequence[str]) -> Iterator[str]:
    """What is wrong with each of *words*, in order."""
    for place, word in enumerate(words):
        problem = _problem(control, word, agent=place > 0)
        if problem is not None:
            yield problem


def _problem(control: Control, word: str, agent: bool) -> str | None:
    language, catalogue, said = control.language, control.situation.catalogue, echoed(word)
    try:
        name = parse(word)
    except InvalidRequest:
        return _NO_NAME(language)
    if name.universe not in (None, FREE):
        return _NOT_FREE(language, name=said)
    model = catalogue.find(FREE, name.model)
    if model is None:
        taken = not _read(control) and sayable(word)
        return None if taken else _unknown(control, name.model)
    return _NO_TOOLS(language, name=said) if agent and model.tools is False else None


def _unknown(control: Control, name: str) -> str:
    names = near(name, _names(control.situation.catalogue))
    listed = ", ".join(f"`{FREE}/{one}`" for one in names)
    nearest = _NEAREST(control.language, names=listed) if names else ""
    return _UNKNOWN(control.language, name=echoed(name), nearest=nearest)


def _names(catalogue: Catalogue) -> Iterator[str]:
    for model in catalogue.models.get(FREE, ()):
        yield from model.names


def _read(control: Control) -> bool:
    """Whether the service's own list of free models is known."""
    return control.situation.catalogue.models.get(FREE) not in (None, (), LAST_RESORT.models[FREE])


def _full(word: str) -> str:
    return f"{FREE}/{parse(word).model}"


def _changes(main: str, agent: str | None = None) -> dict[str, Any]:
    if agent is None:
        return {"free": {"main": main}}
    return {"free": {"main": main, "agent": agent}, "enter": {"agent": agent}}


def _told(control: Control, done: str = "", remark: str = "") -> Told:
    names = _configured(control.file.settings.fallbacks)
    text = done + _NOW(control.language, **names)
    return Told(f"{text}\n\n{remark}".rstrip(), {**names, "checked": _read(control)})


def _configured(fallbacks: Fallbacks) -> Mapping[str, str]:
    return {
        "main": fallbacks.free.main,
        "agent": fallbacks.free.agent,
        "enter": fallbacks.enter.agent,
    }


FALLBACK = Verb(
    "fallback",
    Phrase("Show or change who answers instead", "Afficher ou changer qui répond à la place"),
    fallback,
    "[<main> [agent]]",
)
