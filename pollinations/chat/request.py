"""A chat completion request, as a frozen value."""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import attrs
import orjson

from ..errors import InvalidRequest

JSONObject = Mapping[str, Any]

DEFAULT_MODEL = "openai"
"""The model for whoever names none; every list of free models has known this name."""

NAME_LIMIT = 256
"""The most characters that the name of a model may have."""


def without(item: JSONObject, *names: str) -> dict[str, Any]:
    """A copy of *item* that lacks the fields *names*."""
    rest = dict(item)
    for name in names:
        rest.pop(name, None)
    return rest


@attrs.frozen
class ChatRequest:
    """
    What a client asks, or what an upstream is sent.

    Nothing in *body* is ever changed in place: :meth:`but` and :meth:`without` give copies that
    share what did not change, so the same request can be made ready again for another model.
    :meth:`from_json` is the only way in from outside, and what it lets through has the shapes that
    its checks say; everything else about the body is as the client sent it.

    :param body: the request as parsed JSON. Not shown in a ``repr``: it holds the prompt.
    """

    body: JSONObject = attrs.field(repr=False)

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """
        Read a request.

        :raises InvalidRequest: *data* is not JSON, or not a chat completion request.
        """
        try:
            body = _parsed(data.removeprefix(BOM_UTF8))
        except orjson.JSONDecodeError as e:
            raise InvalidRequest(f"The body is not valid JSON: {_without_text(e)}.") from None
        if not isinstance(body, dict):
            raise InvalidRequest("The body must be a JSON object.")
        for name, check in _CHECKS.items():
            try:
                check(body.get(name))
            except _Wrong as wrong:
                param = f"{name}{wrong.path}"
                raise InvalidRequest(f"'{param}' must be {wrong.expected}.", param) from None
        return cls(body)

    def to_json(self) -> bytes:
        """
        The request as an upstream is sent it.

        :raises InvalidRequest: it is nested more deeply than can be written.
        """
        try:
            return orjson.dumps(self.body)
        except orjson.JSONEncodeError:
            raise InvalidRequest("The body is nested too deeply.") from None

    @property
    def model(self) -> str:
        """The model's name as the client wrote it; :data:`DEFAULT_MODEL` if it wrote none."""
        return self.body.get("model") or DEFAULT_MODEL

    @property
    def messages(self) -> Sequence[JSONObject]:
        """The conversation, oldest first."""
        messages: Sequence[JSONObject] = self.body["messages"]
        return messages

    @property
    def tools(self) -> Sequence[JSONObject]:
        """The tools that the model may call; empty for none."""
        return self.body.get("tools") or ()

    @property
    def stream(self) -> bool:
        """Whether the client wants server-sent events. OpenAI's default is no."""
        return bool(self.body.get("stream"))

    @property
    def wants_json(self) -> bool:
        """Whether the answer's content must be JSON (``response_format``)."""
        wanted = self.body.get("response_format")
        return isinstance(wanted, dict) and wanted.get("type") in ("json_object", "json_schema")

    def but(self, **fields: Any) -> Self:
        """A copy in which *fields* have these values."""
        return type(self)({**self.body, **fields})

    def without(self, *names: str) -> Self:
        """A copy that lacks the fields *names*; the request itself when it has none of them."""
        if self.body.keys().isdisjoint(names):
            return self
        return type(self)(without(self.body, *names))


@attrs.frozen
class Remedy:
    """
    What else can be sent to a model that complains of something.

    :param name: for people.
    :param complaint: is found in what the upstream says.
    :param change: gives what to send then; the request itself when there is nothing to mend.
    """

    name: str
    complaint: re.Pattern[str]
    change: Callable[[ChatRequest], ChatRequest]


@attrs.frozen
class Sanitized:
    """
    A request made ready for one model.

    :param request: what is sent.
    :param changes: the names of the rules that altered it, in order (``gemini.schema``).
    :param added: the top-level fields that the client did not send, so that one which an upstream
        does not know can be taken out again.
    :param remedies: what to send instead, each once, when the upstream refuses it.
    """

    request: ChatRequest
    changes: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()


def _parsed(data: bytes) -> Any:
    """
    Parsed JSON, in which half a surrogate pair has become U+FFFD: clients that cut a text cut
    emoji in two, and write what is left as an escape.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        if rb"\ud" not in data.lower():
            raise
        return orjson.loads(_without_halves(data) or data)


def _without_halves(data: bytes) -> bytes | None:
    try:
        text = json.dumps(json.loads(data), ensure_ascii=False)
    except (ValueError, RecursionError):
        return None
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _without_text(error: orjson.JSONDecodeError) -> str:
    """The parser's complaint and place, without the text it complains of."""
    return f"{error.msg.partition(':')[0]} at line {error.lineno}, column {error.colno}"


class _Wrong(Exception):
    """
    Something is not what it must be.

    :param path: where, from what is looked at; empty for all of it.
    :param expected: what it must be.
    """

    def __init__(self, path: str, expected: str) -> None:
        super().__init__(path, expected)
        self.path, self.expected = path, expected


_TEXT = (str, type(None))
_CONTENT = (str, list, type(None))


def _string(value: Any, path: str = "") -> None:
    if not isinstance(value, _TEXT):
        raise _Wrong(path, "a string")


def _name(value: Any) -> None:
    """Names go into headers and logs."""
    _string(value)
    if value is not None and not (len(value) <= NAME_LIMIT and value.isprintable()):
        raise _Wrong("", f"a line of at most {NAME_LIMIT} characters")


def _boolean(value: Any) -> None:
    if value is not None and not isinstance(value, bool):
        raise _Wrong("", "true or false")


def _messages(value: Any) -> None:
    if not isinstance(value, list) or not value:
        raise _Wrong("", "a list with at least one message")
    _each(value, _message)


def _message(message: JSONObject) -> None:
    if not isinstance(message.get("role"), str):
        raise _Wrong(".role", "a string")
    if not isinstance(message.get("content"), _CONTENT):
        raise _Wrong(".content", "a string, a list of parts, or null")
    if "tool_call_id" in message:
        _string(message["tool_call_id"], ".tool_call_id")
    if "tool_calls" in message:
        _objects(message["tool_calls"], _call, ".tool_calls")


def _objects(value: Any, check: Callable[[JSONObject], None], path: str = "") -> None:
    if value is None:
        return
    if not isinstance(value, list):
        raise _Wrong(path, "a list")
    _each(value, check, path)


def _each(items: list[Any], check: Callable[[JSONObject], None], path: str = "") -> None:
    """Where something is wrong is written down when something is: there may be thousands."""
    for place, item in enumerate(items):
        try:
            if not isinstance(item, dict):
                raise _Wrong("", "an object")
            check(item)
        except _Wrong as wrong:
            raise _Wrong(f"{path}[{place}]{wrong.path}", wrong.expected) from None


def _call(call: JSONObject) -> None:
    _string(call.get("id"), ".id")
    _function(call)
    if isinstance(function := call.get("function"), dict):
        _string(function.get("arguments"), ".function.arguments")


def _function(item: JSONObject) -> None:
    function = item.get("function")
    if function is None:
        return
    if not isinstance(function, dict):
        raise _Wrong(".function", "an object")
    _string(function.get("name"), ".function.name")


def _tools(value: Any) -> None:
    _objects(value, _function)


_CHECKS: Mapping[str, Callable[[Any], None]] = {
    "model": _name,
    "messages": _messages,
    "stream": _boolean,
    "tools": _tools,
}
