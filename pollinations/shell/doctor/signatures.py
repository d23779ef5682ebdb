"""Whether what models want back later can be kept."""

from pathlib import Path
from typing import Any

import orjson
from twisted.internet.defer import TimeoutError

from ...files import read_plain
from ...phrase import Phrase
from ...signatures.connection import SCHEMES, Address, connect
from ...signatures.uri import open_store
from .case import Case
from .finding import Finding

PATIENCE = 3.0
"""Seconds that Redis may take to answer."""

_MEMORY = Phrase(
    "kept in memory, forgotten when the proxy ends", "en mémoire, oubliées quand le proxy s'arrête"
)
_FILE = Phrase("kept in `{where}`", "gardées dans `{where}`")
_REDIS = Phrase("Redis answers", "Redis répond")
_TROUBLE = Phrase("the store cannot be used: {reason}", "le stockage est inutilisable : {reason}")
_CHECK = Phrase(
    "look at `--signatures`, POLLINATIONS_SIGNATURES or `signatures` in `config.json`",
    "voyez `--signatures`, POLLINATIONS_SIGNATURES ou `signatures` dans `config.json`",
)
_ASIDE = Phrase(
    "`{where}` cannot be understood ({reason}); a proxy will set it aside and begin anew",
    "`{where}` est illisible ({reason}) ; un proxy le mettra de côté et recommencera",
)


async def signatures(case: Case, reactor: Any) -> Finding:
    """
    The store that is named, whichever it is.

    :param reactor: what Redis is asked on.
    """
    uri = case.start.signatures
    try:
        if uri.partition(":")[0] in SCHEMES:
            return await _redis(uri, reactor)
        path = getattr(open_store(uri, reactor, case.home.path), "path", None)
        return Finding("signatures", "ok", _MEMORY) if path is None else _file(path)
    except (ValueError, OSError) as e:
        reason = getattr(e, "strerror", None) or e
        return Finding("signatures", "fail", _TROUBLE, _CHECK, {"reason": reason})


def _file(path: Path) -> Finding:
    """:raises OSError: it is there and cannot be read."""
    try:
        found = orjson.loads(read_plain(path))
    except FileNotFoundError:
        found = {}
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        fields = {"where": path, "reason": "no JSON object"}
        return Finding("signatures", "warn", _ASIDE, fields=fields)
    return Finding("signatures", "ok", _FILE, fields={"where": path})


async def _redis(uri: str, reactor: Any) -> Finding:
    connection = connect(Address.from_uri(uri), reactor)
    try:
        await connection.ping().addTimeout(PATIENCE, reactor)
    except TimeoutError:
        reason = f"Redis has not answered for {PATIENCE:g} seconds"
        return Finding("signatures", "fail", _TROUBLE, _CHECK, {"reason": reason})
    except Exception as e:
        # txredisapi has errors of its own, and may not be installed; they name no password.
        return Finding("signatures", "fail", _TROUBLE, _CHECK, {"reason": type(e).__name__})
    finally:
        connection.disconnect()
    return Finding("signatures", "ok", _REDIS)
