"""Whether the services that a proxy needs can be reached, and what they say of the key."""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.error import DNSLookupError

from ...phrase import Phrase
from ...routing.route import ENTER, FREE
from ...upstream.account import KeyCheck
from ...upstream.accounts import accounts_at
from ...upstream.agent import Client
from ...upstream.whole import Unavailable, get_json
from .case import Case
from .finding import Finding

PATIENCE = 10.0
"""Seconds that a list may take."""

LIMIT = 8 * 1024 * 1024
"""The most bytes that a list may have."""

_REACHED = Phrase("{url} answers ({ms} ms)", "{url} répond ({ms} ms)")
_STATUS = Phrase("{url} answers with status {status}", "{url} répond avec le statut {status}")
_AWAY = Phrase("{url} cannot be reached ({reason})", "{url} est injoignable ({reason})")
_OFFLINE = Phrase(
    "{url} cannot be reached: there is no network, or no such name",
    "{url} est injoignable : pas de réseau, ou ce nom n'existe pas",
)
_LATER = Phrase(
    "the service has trouble: try again later", "le service a un problème : réessayez plus tard"
)
_NETWORK = Phrase(
    "look at the network, and at `freeUrl` and `enterUrl` in `config.json`",
    "vérifiez le réseau, et `freeUrl` et `enterUrl` dans `config.json`",
)
_NO_KEY = Phrase("none: only free models answer", "aucune : seuls les modèles gratuits répondent")
_CONNECT = Phrase(
    "get one at https://enter.pollinations.ai, then `pollinations connect`",
    "prenez-en une sur https://enter.pollinations.ai, puis `pollinations connect`",
)
_VALID = Phrase("{key} from {source} is good", "{key} de {source} est bonne")
_LIMITED = Phrase(
    "{key} from {source} is good for chatting, and may not look at its account",
    "{key} de {source} permet de discuter, mais pas de voir son compte",
)
_UNLIMITED = Phrase(
    "to see what is left, connect a key that may read balance and usage",
    "pour voir ce qui reste, connectez une clé qui peut lire le solde et l'usage",
)
_INVALID = Phrase(
    "{key} from {source} is not known to the service",
    "{key} de {source} n'est pas connue du service",
)
_BARRED = Phrase(
    "{key} from {source} may use no model", "{key} de {source} ne peut utiliser aucun modèle"
)
_ANOTHER = Phrase(
    "put another one there; `pollinations connect` keeps one in `config.json`",
    "mettez-en une autre ; `pollinations connect` en garde une dans `config.json`",
)
_UNCHECKED = Phrase(
    "{key} from {source} could not be checked", "{key} de {source} n'a pas pu être vérifiée"
)
_AGAIN = Phrase(
    "nothing need be wrong with it: run this again when {url} answers",
    "elle peut être bonne : relancez cet examen quand {url} répond",
)
_DEMO = Phrase(
    "none is needed: the proxy is a demonstration, with a key of its own",
    "inutile : le proxy est une démonstration, avec sa propre clé",
)
_IN_FORCE = Phrase(
    "the proxy uses {key} from {source}, and sees its account",
    "le proxy utilise {key} de {source}, et voit son compte",
)
_ONLY_HERE = Phrase(
    "the proxy has none; {key} from {source} is there for this shell alone",
    "le proxy n'en a pas ; {key} de {source} n'existe que pour ce terminal",
)
_KEEP = Phrase(
    "`pollinations connect` keeps one where the proxy finds it",
    "`pollinations connect` en garde une là où le proxy la trouve",
)


async def services(
    case: Case, client: Client, reactor: Any, now: Callable[[], float]
) -> list[Finding]:
    """
    Both upstreams and the key, all asked at once.

    :param client: what they are asked with.
    :param reactor: times that.
    :param now: tells the time of day, in seconds since the epoch.
    """
    free, enter = case.upstreams[FREE], case.upstreams[ENTER]
    asked = (
        _key(case, client, reactor, now),
        _reached(FREE, f"{free}/models", case, client, reactor),
        _reached(ENTER, f"{enter}/text/models", case, client, reactor),
    )
    found: list[Finding] = await gatherResults([Deferred.fromCoroutine(each) for each in asked])
    return found


async def _reached(name: str, url: str, case: Case, client: Client, reactor: Any) -> Finding:
    began = reactor.seconds()
    agent = case.start.file.settings.user_agent
    try:
        status, page = await get_json(
            client, url, None, reactor, timeout=PATIENCE, limit=LIMIT, user_agent=agent
        )
    except Unavailable as e:
        away = _OFFLINE if isinstance(e.__cause__, DNSLookupError) else _AWAY
        return Finding(name, "fail", away, _NETWORK, {"url": url, "reason": e})
    fields = {"url": url, "status": status, "ms": round(1000 * (reactor.seconds() - began))}
    if status != 200 or page is None:
        return Finding(name, "fail", _STATUS, _LATER if status >= 500 else _NETWORK, fields)
    return Finding(name, "ok", _REACHED, fields=fields)


async def _key(case: Case, client: Client, reactor: Any, now: Callable[[], float]) -> Finding:
    key, url, file = case.key, case.upstreams[ENTER], case.start.file
    others = _of_the_proxy(case)
    if others is not None:
        return others
    if key is None:
        return Finding("key", "warn", _NO_KEY, _CONNECT)
    account = accounts_at(lambda: url, client, lambda: file.settings, reactor, now)
    fields = {"key": key.masked, "source": key.source, "url": url}
    return _judged(await account(key.value).check(), fields)


def _of_the_proxy(case: Case) -> Finding | None:
    """What is known of a key that the running proxy uses, or not, and that is not the one here."""
    if case.demo:
        return Finding("key", "ok", _DEMO)
    here = None if case.key is None else {"masked": case.key.masked, "source": case.key.source}
    if "key" not in case.said or case.said["key"] == here:
        return None
    match case.said:
        case {"key": {"masked": masked, "source": source}, "quota": {"known": known, **quota}}:
            fields = {"key": masked, "source": source, "url": case.upstreams[ENTER]}
            if quota.get("limited") is True:
                return Finding("key", "warn", _LIMITED, _UNLIMITED, fields)
            if known:
                return Finding("key", "ok", _IN_FORCE, fields=fields)
            return Finding("key", "warn", _UNCHECKED, _AGAIN, fields)
        case {"key": None} if case.key is not None:
            fields = {"key": case.key.masked, "source": case.key.source}
            return Finding("key", "warn", _ONLY_HERE, _KEEP, fields)
    return None


def _judged(check: KeyCheck, fields: dict[str, str]) -> Finding:
    if check.state == "invalid":
        return Finding("key", "fail", _INVALID, _ANOTHER, fields)
    if check.state == "barred":
        return Finding("key", "fail", _BARRED, _ANOTHER, fields)
    if check.state == "unchecked":
        return Finding("key", "warn", _UNCHECKED, _AGAIN, fields)
    if check.limited:
        return Finding("key", "warn", _LIMITED, _UNLIMITED, fields)
    return Finding("key", "ok", _VALID, fields=fields)
