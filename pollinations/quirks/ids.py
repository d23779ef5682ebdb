"""
The identifiers of tool calls, in the form that a family accepts.

A rewritten identifier keeps what it can of the old one and ends with a digest of it, so that two
never become one, and the same conversation gives the same identifiers each time it is sent.
"""

import re
from collections.abc import Callable, Iterator
from hashlib import blake2b

import attrs

from ..chat.request import ChatRequest, JSONObject
from .messages import calls_of, with_calls, with_messages
from .quirk import Rule, Target

ANY = r"\s\S"
"""The alphabet of all characters."""


@attrs.frozen
class IdForm:
    """
    What an identifier may look like.

    :param legal: matches the whole of one that is accepted.
    :param length: the most characters it may have.
    :param illegal: matches what must not be in it.
    :param words: the same for a person: ``1 to 40 characters``.
    """

    legal: re.Pattern[str]
    length: int
    illegal: re.Pattern[str]
    words: str = ""

    def shaped(self, call_id: str, salt: int) -> str:
        """A legal identifier made of *call_id*; another *salt* gives another one."""
        text = f"{salt} {call_id}".encode(errors="replace")
        size = min(12, self.length)
        digest = blake2b(text).hexdigest()[:size]
        kept = self.illegal.sub("_", call_id[: max(0, self.length - size - 1)])
        return f"{kept}_{digest}" if kept else digest


def form(alphabet: str, shortest: int, longest: int) -> IdForm:
    """
    The form of *shortest* to *longest* characters of *alphabet*.

    :param alphabet: the inside of a regular expression's brackets.
    """
    # Not "$", before which a line break may stand.
    legal = re.compile(rf"[{alphabet}]{{{shortest},{longest}}}\Z")
    count = f"{longest}" if shortest == longest else f"{shortest} to {longest}"
    words = f"{count} characters" + (f" of ``{alphabet}``" if alphabet != ANY else "")
    return IdForm(legal, longest, re.compile(rf"[^{alphabet}]"), words)


@attrs.define(eq=False)
class _Map:
    """Old to new, for one conversation. Identifiers that are legal already keep their own."""

    form: IdForm
    taken: set[str]
    used: set[str] = attrs.field(factory=set)
    salts: dict[str, int] = attrs.field(factory=dict)

    def new(self, call_id: str) -> str:
        """The identifier of the next call that came as *call_id*."""
        if self.form.legal.match(call_id) and call_id not in self.used:
            self.used.add(call_id)
            return call_id
        # What was taken before is taken still: a name that is used a thousand times is not tried
        # a thousand times each.
        salt = self.salts.get(call_id, 0)
        while (shaped := self.form.shaped(call_id, salt)) in self.taken:
            salt += 1
        self.salts[call_id] = salt + 1
        self.taken.add(shaped)
        return shaped


def in_form(form: IdForm) -> Rule:
    """
    The rule that gives every call, and its result, an identifier of *form*.

    No two calls get the same one, as long as those of one step came with different ones and the
    results are next to their calls: pairing, which comes first, sees to both.
    """

    def rule(request: ChatRequest, target: Target) -> ChatRequest:
        ids = {call.get("id") or "" for message in request.messages for call in calls_of(message)}
        taken = {call_id for call_id in ids if form.legal.match(call_id)}
        return with_messages(request, list(_renamed(request, _Map(form, taken).new)))

    rule.__doc__ = f"Identifiers of tool calls have {form.words}."
    return rule


def _renamed(request: ChatRequest, new: Callable[[str], str]) -> Iterator[JSONObject]:
    """The messages with new identifiers; results follow the calls of their own step."""
    step: dict[str, str] = {}
    for message in request.messages:
        if calls := calls_of(message):
            step = {call.get("id") or "": new(call.get("id") or "") for call in calls}
            yield with_calls(message, [_with(call, "id", step) for call in calls])
        elif message["role"] == "tool":
            yield _with(message, "tool_call_id", step)
        else:
            yield message


def _with(item: JSONObject, field: str, step: dict[str, str]) -> JSONObject:
    old = item.get(field) or ""
    new = step.get(old, old)
    return item if new == item.get(field) else {**item, field: new}
