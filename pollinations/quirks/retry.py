"""
What a rejected request may be sent as once more, before anybody else is asked.

Two things of ours can be what a model rejects: a parameter that the client never sent, and what we
know or do not know of its earlier thoughts. Families say how the latter is mended.
"""

import re

import attrs

from ..chat import loose
from ..chat.request import Sanitized
from ..errors import UpstreamFailed

_COMPLAINT = re.compile(
    r"\b(?:unknown|unsupported|unexpected|unrecogni[sz]ed|extraneous|extra|invalid|forbidden)\b"
    r"|(?:not|n't) (?:\w+ ){0,2}(?:permit|allow|support|accept|recogni[sz])",
    re.IGNORECASE,
)
"""How a parameter is called that a model does not take."""

_SENTENCE_END = re.compile(r"[.!?](?=[\s\"])")


def mended(sent: Sanitized, failure: UpstreamFailed) -> Sanitized | None:
    """
    What to send instead of *sent*, or ``None`` when there is nothing of ours to mend.

    Given what it returned, it never returns the same again, so whoever calls it after each
    rejection comes to an end.

    :param failure: how the upstream rejected *sent*. Statuses other than 400 are not about what was
        said, save 502, with which the service passes on what it could not read.
    """
    if failure.status not in (400, 502):
        return None
    text = _text(failure)
    return _without_added(sent, failure, text) or _remedied(sent, text)


def _text(failure: UpstreamFailed) -> str:
    """All that the upstream said, save an error object nested too deeply to be written."""
    try:
        return f"{failure.message} {loose.dumps(failure.body).decode()}"
    except ValueError:
        return failure.message


def _without_added(sent: Sanitized, failure: UpstreamFailed, text: str) -> Sanitized | None:
    if failure.status != 400:
        return None
    named = [name for name in sent.added if name == failure.param or _names(text, name)]
    if not named:
        return None
    return attrs.evolve(
        sent,
        request=sent.request.without(*named),
        changes=(*sent.changes, *(f"retry.without-{name}" for name in named)),
        added=tuple(name for name in sent.added if name not in named),
    )


def _names(text: str, name: str) -> bool:
    """
    Whether *text* speaks of the parameter *name*: quoted, after "parameter", or with underscores;
    as a plain word only in a sentence that complains, since it may mean something else (``stop``,
    ``private``).
    """
    word = re.escape(name)
    whole = re.compile(rf"(?<![a-z0-9_]){word}(?![a-z0-9_])", re.IGNORECASE)
    if "_" in name:
        return whole.search(text) is not None
    quoted = rf"""['"`]{word}['"`\\]"""
    after = rf"""\b(?:parameter|argument|field|property|name)s?\W{{1,4}}{word}\b"""
    if re.search(f"{quoted}|{after}", text, re.IGNORECASE):
        return True
    sentences = _SENTENCE_END.split(text)
    return any(_COMPLAINT.search(said) and whole.search(said) for said in sentences)


def _remedied(sent: Sanitized, text: str) -> Sanitized | None:
    for remedy in sent.remedies:
        if remedy.complaint.search(text):
            request = remedy.change(sent.request)
            if request is not sent.request:
                return attrs.evolve(
                    sent,
                    request=request,
                    changes=(*sent.changes, f"retry.{remedy.name}"),
                    remedies=tuple(other for other in sent.remedies if other is not remedy),
                )
    return None
