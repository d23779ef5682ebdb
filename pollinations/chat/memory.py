"""
The keys under which things are remembered between one answer and the next request.

A tool call's identifier is the sure key, where it is unique: clients send it back as it went. An
answer without tool calls is found by the conversation that led to it. Keys are made of what the
client sent, before any rule has altered it.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from .digests import Digests
from .request import ChatRequest, JSONObject, without
from .v3 import normalised, v3_hash

V3 = "v3:"
"""What the keys of imported entries begin with."""

IMPORTED = f"{V3}imported"
"""Under this a store remembers that it was given the entries of an older version."""


LOOKED_AT = 256
"""How many characters of an identifier tell whether it is anybody else's, counted from its end."""

# A run of letters and digits that is long and has both is nobody else's; a number that counts is.
_RANDOM = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{8,}")
_COUNTED = re.compile(r"[:_-][0-9]{1,4}\Z")


def is_unique(call_id: str) -> bool:
    """
    Whether an identifier of a tool call looks as if no other conversation had it.

    Some models count their calls (``call_0``, ``functions.bash:0``), in every conversation anew.
    """
    return _ends_uniquely(call_id[-LOOKED_AT:])


@lru_cache(maxsize=8192)
def _ends_uniquely(call_id: str) -> bool:
    return _RANDOM.search(call_id) is not None and _COUNTED.search(call_id) is None


def signature_key(call_id: str, conversation: str) -> str:
    """
    Where the thought signature of a tool call is kept.

    :param conversation: the :func:`prompt_key` of what was said before the call. It counts where
        the identifier alone is not unique, so that nothing gets from one conversation to another.
    """
    return f"signature:{_known_as(call_id, conversation)}"


def reasoning_key(call_id: str, conversation: str) -> str:
    """Where the reasoning that led to a tool call is kept; see :func:`signature_key`."""
    return f"reasoning:{_known_as(call_id, conversation)}"


def _known_as(call_id: str, conversation: str) -> str:
    return call_id if is_unique(call_id) else f"{conversation}:{call_id}"


def prompt_key(messages: Sequence[JSONObject]) -> str:
    """
    Where the thought signature of the answer to a conversation is kept.

    Equal for conversations that say the same: the order of fields does not matter, nor whether a
    text is a string or a single part, nor what clients alter from turn to turn (``cache_control``,
    ``name``, reasoning, signatures, the white space of arguments). Roles, texts, images and the
    identifiers of tool calls do.

    :param messages: the whole conversation, oldest first.
    """
    *_, whole = _conversations(messages)
    return whole


def prompt_keys(messages: Sequence[JSONObject]) -> Mapping[int, str]:
    """
    The :func:`prompt_key` of the conversation before each of the model's messages, by its place.

    Each message is read once, however many there are.
    """
    keys = zip(messages, _conversations(messages), strict=False)
    return {i: key for i, (message, key) in enumerate(keys) if message["role"] == "assistant"}


def v3_key(message: JSONObject) -> str:
    """Where an imported signature is kept that belongs to the answer to *message*."""
    return V3 + v3_hash(message)


def keys_of(request: ChatRequest, imported: bool = False) -> Sequence[str]:
    """
    All keys under which something may be remembered that *request* wants back.

    :param imported: whether there may be entries of an older version. Their keys cost the most to
        compute.
    """
    messages = request.messages
    prompts = prompt_keys(messages)
    calls = [(call_id, prompts[place]) for place, call_id in _calls(messages)]
    keys = [*prompts.values()]
    keys += [reasoning_key(*call) for call in calls] + [signature_key(*call) for call in calls]
    if imported:
        keys += [IMPORTED, *(v3_key(messages[place - 1]) for place in _answers(messages))]
    return keys


def signatures_for(
    messages: Sequence[JSONObject], remembered: Mapping[str, str]
) -> Mapping[int, str]:
    """
    The thought signatures that belong to the model's messages, by the message's place.

    That of one of the message's tool calls comes first, then that of the conversation before it,
    then an imported one. Nothing is guessed: a message of which nothing is known has no entry.

    :param messages: the conversation as the client sent it.
    :param remembered: what a store knew of the :func:`keys_of` the request.
    """
    prompts = _prompts(messages, remembered)
    imported = _answers(messages) if any(key.startswith(V3) for key in remembered) else ()
    keys = {place: v3_key(messages[place - 1]) for place in imported}
    found = {place: remembered[key] for place, key in keys.items() if key in remembered}
    found |= {place: remembered[key] for place, key in prompts.items() if key in remembered}
    return found | _of_calls(messages, remembered, prompts, signature_key)


def reasoning_for(
    messages: Sequence[JSONObject], remembered: Mapping[str, str]
) -> Mapping[int, str]:
    """The reasoning that led to the tool calls of the model's messages, by the message's place."""
    return _of_calls(messages, remembered, _prompts(messages, remembered), reasoning_key)


def _prompts(messages: Sequence[JSONObject], remembered: Mapping[str, str]) -> Mapping[int, str]:
    """The keys of conversations, unless nothing is remembered under any: they cost the most."""
    return prompt_keys(messages) if any("prompt:" in key for key in remembered) else {}


def _of_calls(
    messages: Sequence[JSONObject],
    remembered: Mapping[str, str],
    prompts: Mapping[int, str],
    key_of: Callable[[str, str], str],
) -> dict[int, str]:
    """What is remembered of the first call of each message of which anything is."""
    found: dict[int, str] = {}
    for place, call_id in _calls(messages):
        value = remembered.get(key_of(call_id, prompts.get(place, "")))
        if value and place not in found:
            found[place] = value
    return found


def _calls(messages: Sequence[JSONObject]) -> Iterator[tuple[int, str]]:
    """The tool calls of the model that have an identifier, with their message's place."""
    for place, message in enumerate(messages):
        if message["role"] == "assistant":
            for call in message.get("tool_calls") or ():
                if call.get("id"):
                    yield place, call["id"]


def _conversations(messages: Sequence[JSONObject]) -> Iterator[str]:
    """The key of what was said before each message, then that of all."""
    conversation = blake2b(digest_size=16)
    for message in messages:
        yield f"prompt:{conversation.hexdigest()}"
        conversation.update(_digest(message))
    yield f"prompt:{conversation.hexdigest()}"


def _answers(messages: Sequence[JSONObject]) -> Sequence[int]:
    """The places of the model's messages, except one that opens the conversation."""
    return [i for i, message in enumerate(messages) if i and message["role"] == "assistant"]


def _digest(message: JSONObject) -> bytes:
    """What a message says: 16 bytes for its role and content, then the calls it is about."""
    role, content = message["role"], message.get("content")
    if not isinstance(content, str):
        content = _content(content)
    # The texts of a long conversation are hashed once, not at every turn.
    said = _said.of(role, content) if isinstance(content, str) else _hash(role, content)
    calls, result_of = message.get("tool_calls"), message.get("tool_call_id")
    if calls:
        return said + orjson.dumps([[_call(call) for call in calls], result_of])
    return said + (orjson.dumps(result_of) if result_of else b"-")


def _content(content: Any) -> Any:
    """A list of parts as it is compared; the string that it is if it is but one text."""
    parts = [_part(part) for part in content or ()]
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 and isinstance(parts[0], str) else parts


def _part(part: Any) -> Any:
    """A text as a string, any other part without what clients alter."""
    if not isinstance(part, dict):
        return [part]
    if part.get("type") == "text" and isinstance(part.get("text"), str):
        return part["text"]
    return without(part, "cache_control")


def _call(call: JSONObject) -> Any:
    function = call.get("function") or {}
    # Clients write arguments anew, with other white space; an identifier stays as it is.
    known_by = call.get("id") or function.get("arguments")
    return [known_by, function.get("name")]


def _hash(role: str, content: Any) -> bytes:
    try:
        said = orjson.dumps([role, content], option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # Nested more deeply than can be written: the texts in it will do.
        said = "".join(normalised([role, content])).encode("utf-8", "surrogatepass")
    return blake2b(said, digest_size=16).digest()


_said = Digests(_hash)
