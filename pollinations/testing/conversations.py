"""Requests for tests, written as short as they are read."""

from collections.abc import Mapping
from typing import Any

import orjson

from ..chat.memory import prompt_keys, reasoning_key, signature_key
from ..chat.request import ChatRequest

JSON = dict[str, Any]


def user(content: Any = "Go on.", **fields: Any) -> JSON:
    """What the user says."""
    return {"role": "user", "content": content, **fields}


def system(content: Any = "Be brief.") -> JSON:
    """What the model is told before."""
    return {"role": "system", "content": content}


def assistant(content: Any = "Well.", **fields: Any) -> JSON:
    """What the model said."""
    return {"role": "assistant", "content": content, **fields}


def call(call_id: str, name: str = "bash", arguments: str = "{}", **fields: Any) -> JSON:
    """A tool call."""
    function = {"name": name, "arguments": arguments}
    return {"id": call_id, "type": "function", "function": function, **fields}


def step(*calls: JSON | str, **fields: Any) -> JSON:
    """A turn in which the model calls tools. A call may be written as its identifier."""
    whole = [call(item) if isinstance(item, str) else item for item in calls]
    return {"role": "assistant", "content": "", "tool_calls": whole, **fields}


def result(call_id: str | None, content: Any = "ok", **fields: Any) -> JSON:
    """The result of a tool call."""
    return {"role": "tool", "tool_call_id": call_id, "content": content, **fields}


def tool(name: str = "bash", parameters: Any = None) -> JSON:
    """A tool that the client runs; without *parameters* it takes none."""
    empty = {"type": "object", "properties": {}}
    return {"type": "function", "function": {"name": name, "parameters": parameters or empty}}


def asked(*messages: JSON, **fields: Any) -> ChatRequest:
    """A request with these messages, or one greeting, as if a client had sent it."""
    return ChatRequest.from_json(orjson.dumps({"messages": messages or [user("Hi")], **fields}))


def kept(
    request: ChatRequest,
    signatures: Mapping[str, str] | None = None,
    reasoning: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """What a store would know of the calls of *request*, by the calls' identifiers."""
    prompts = prompt_keys(request.messages)
    remembered = {}
    for place, message in enumerate(request.messages):
        ids = [call.get("id") for call in message.get("tool_calls") or ()]
        for call_id in ids if place in prompts else ():
            for key_of, known in ((signature_key, signatures), (reasoning_key, reasoning)):
                if known and call_id in known:
                    remembered[key_of(call_id, prompts[place])] = known[call_id]
    return remembered


def frozen(request: ChatRequest) -> ChatRequest:
    """*request* made of objects and lists that raise :exc:`TypeError` when they are altered."""
    body = _frozen(request.body)
    return ChatRequest(body)


def _refuse(*args: Any, **kwargs: Any) -> Any:
    raise TypeError("the client's request was altered")


class _FrozenObject(dict[str, Any]):
    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


class _FrozenList(list[Any]):
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _FrozenObject({name: _frozen(item) for name, item in value.items()})
    if isinstance(value, list | tuple):
        return _FrozenList(map(_frozen, value))
    return value
