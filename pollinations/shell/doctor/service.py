"""Whether the services that a proxy needs can be reached, and what they say of the key."""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.error import DNSLookupError

from ...commands.phrase import Phrase
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


async def services(
    case: Case, client: Client, reactor: Any, now: Callable[[], float]
) -> list[Finding]:
    """
    Both upstreams and the key, all asked at once.

    :param client: what they are asked with.
    :param reactor: times that.
    :param now: tells the time of day, in seconds since the epoch.
    """
    start = case.start
    asked = (
        _key(case, client, reactor, now),
        _reached("free", f"{start.free_url}/models", case, client, reactor),
        _reached("enter", f"{start.enter_url}/text/models", case, client, reactor),
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
    key, start = case.key, case.start
    if key is None:
        return Finding("key", "warn", _NO_KEY, _CONNECT)
    account = accounts_at(
        lambda: start.enter_url, client, lambda: start.file.settings, reactor, now
    )
    fields = {"key": key.masked, "source": key.source}
    return _judged(await account(key.value).check(), fields)


def _judged(check: KeyCheck, fields: dict[str, str]) -> Finding:
    if check.state == "invalid":
        return Finding("key", "fail", _INVALID, _ANOTHER, fields)
    if check.state == "barred":
        return Finding("key", "fail", _BARRED, _ANOTHER, fields)
    if check.state == "unchecked":
        return Finding("key", "warn", _UNCHECKED, fields=fields)
    if check.limited:
        return Finding("key", "warn", _LIMITED, _UNLIMITED, fields)
    return Finding("key", "ok", _VALID, fields=fields)
