"""``why``: what became of a request, and why."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from ..phrase import Language, Phrase
from ..routing.record import LEFT, Attempt, Record, Records
from . import numbers
from .control import Control
from .markdown import code, codes
from .verb import Misused, Told, Verb

NAMED: Final = 3
"""How many other requests are named."""

_NO_PROXY = Phrase(
    "No proxy is running here, so there is no request to tell of.",
    "Aucun proxy ne tourne ici : il n'y a pas de requête à expliquer.",
)
_NONE = Phrase("There has been no request yet.", "Il n'y a pas encore eu de requête.")
_UNKNOWN = Phrase(
    "No request of this id is remembered. The last ones: {ids}.",
    "Aucune requête portant cet identifiant n'est connue. Les dernières : {ids}.",
)
_SEVERAL = Phrase(
    "Several requests begin with this: {ids}.", "Plusieurs requêtes commencent ainsi : {ids}."
)
_TITLE = Phrase("### 🔎 Request {id}", "### 🔎 Requête {id}")
_ASKED = Phrase("- **Asked**: {model} at {clock}", "- **Demandé** : {model} à {clock}")
_ANSWERED = Phrase("- **Answered by**: {model}", "- **Réponse de** : {model}")
_NOT_ANSWERED = Phrase(
    "- **Not answered**: {model} was asked, status {status}",
    "- **Sans réponse** : {model} a été demandé, statut {status}",
)
_REFUSED = Phrase("- **Refused**: status {status}", "- **Refusée** : statut {status}")
_LEFT = Phrase(
    "- **Left**: the client did not wait for the end of {model}'s answer",
    "- **Abandonnée** : le client n'a pas attendu la fin de la réponse de {model}",
)
_REASON = Phrase("- **Why**: {reason}", "- **Pourquoi** : {reason}")
_RULES = Phrase("- **Rules applied**: {rules}", "- **Règles appliquées** : {rules}")
_ATTEMPTS = Phrase("- **Attempts**: {attempts}", "- **Essais** : {attempts}")
_TIME = Phrase("- **Time**: {whole}", "- **Durée** : {whole}")
_TIMES = Phrase(
    "- **Time**: first byte {first}, whole {whole}",
    "- **Durée** : premier octet {first}, en tout {whole}",
)
_TOKENS = Phrase(
    "- **Tokens**: In {read} / Out {written}", "- **Tokens** : In {read} / Out {written}"
)
_COST = Phrase("- **Cost**: {cost} 🌼", "- **Coût** : {cost} 🌼")
_BEFORE = Phrase("_Before it:_ {ids}", "_Avant elle :_ {ids}")


async def why(control: Control, words: Sequence[str]) -> Told:
    """Explain the last request, or the one whose id begins so."""
    if len(words) > 1:
        raise Misused
    language, records = control.language, control.records
    if records is None:
        return Told(_NO_PROXY(language), ok=False)
    if not len(records):
        return Told(_NONE(language), ok=False)
    found = _found(records, words[0] if words else None)
    if len(found) == 1:
        return _explained(found[0], records, language)
    phrase = _SEVERAL if found else _UNKNOWN
    ids = list(islice(dict.fromkeys(one.id for one in found or records), NAMED))
    return Told(phrase(language, ids=codes(ids)), {"ids": ids}, ok=False)


def _found(records: Records, id: str | None) -> list[Record]:
    """The request that *id* means, or all whose ids begin with it; without one, the last."""
    exact = records.latest if id is None else records.find(id)
    if exact is not None:
        return [exact]
    alike = {one.id: one for one in reversed(list(records)) if id and one.id.startswith(id)}
    return list(alike.values())[::-1]


def _explained(record: Record, records: Records, language: Language) -> Told:
    lines = "\n".join((_TITLE(language, id=code(record.id)), "", *_lines(record, language)))
    others = _before(record, records)
    text = f"{lines}\n\n{_BEFORE(language, ids=codes(others))}" if others else lines
    return Told(text, _data(record))


def _lines(record: Record, language: Language) -> Iterator[str]:
    model, clock = code(record.asked), numbers.clock(record.at, "%H:%M:%S")
    yield _ASKED(language, model=model, clock=clock)
    yield _outcome(record)(language, model=code(record.route.name), status=record.status)
    if record.route.reason:
        yield _REASON(language, reason=record.route.reason)
    if record.rules:
        yield _RULES(language, rules=codes(record.rules))
    if record.attempts:
        yield _ATTEMPTS(language, attempts=" → ".join(map(_attempt, record.attempts)))
    yield _time(record, language)
    if record.prompt_tokens is not None or record.completion_tokens is not None:
        read, written = numbers.size(record.prompt_tokens), numbers.size(record.completion_tokens)
        yield _TOKENS(language, read=read, written=written)
    if record.cost is not None:
        yield _COST(language, cost=numbers.amount(record.cost))


def _outcome(record: Record) -> Phrase:
    if record.status < 400:
        return _ANSWERED
    if record.status == LEFT:
        return _LEFT
    return _NOT_ANSWERED if record.attempts else _REFUSED


def _attempt(attempt: Attempt) -> str:
    kind = f" ({attempt.kind})" if attempt.kind else ""
    model, spent = code(attempt.route.name), numbers.seconds(attempt.seconds)
    return f"{model} {attempt.status or '…'}{kind}, {spent}"


def _time(record: Record, language: Language) -> str:
    whole = numbers.seconds(record.seconds)
    if record.first_byte is None:
        return _TIME(language, whole=whole)
    return _TIMES(language, first=numbers.seconds(record.first_byte), whole=whole)


def _before(record: Record, records: Records) -> list[str]:
    """The ids of those that ended before *record*."""
    older = list(records)
    older = older[older.index(record) + 1 :]
    return list(islice(dict.fromkeys(one.id for one in older if one.id != record.id), NAMED))


def _data(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "at": numbers.iso(record.at),
        "asked": record.asked,
        "model": record.route.name,
        "universe": record.route.universe,
        "reason": record.route.reason or None,
        "status": record.status,
        "rules": list(record.rules),
        "attempts": [_attempt_data(attempt) for attempt in record.attempts],
        "first_byte": record.first_byte,
        "seconds": record.seconds,
        "prompt_tokens": record.prompt_tokens,
        "completion_tokens": record.completion_tokens,
        "cost": record.cost,
    }


def _attempt_data(attempt: Attempt) -> dict[str, Any]:
    return {
        "model": attempt.route.name,
        "status": attempt.status,
        "kind": attempt.kind or None,
        "seconds": attempt.seconds,
    }


WHY = Verb(
    "why",
    Phrase(
        "Explain the last request: who answered and why, attempts, times, cost",
        "Expliquer la dernière requête : qui a répondu et pourquoi, essais, durées, coût",
    ),
    why,
    "[request-id]",
)
