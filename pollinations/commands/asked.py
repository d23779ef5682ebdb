"""
Whether a chat request is a command, or a client's own request about a conversation that holds one.

The rule of this file: a command is typed by a person, as the last thing that was said. What quotes
one, as a request for a conversation's title does, never runs it; and a key that was typed goes to
no model.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import attrs

from ..chat.request import ChatRequest
from .echo import UNSAID

MOST_WORDS: Final = 32
"""The most words that a command may have; what is left of a longer one is in one word more."""

_COMMAND = re.compile(r"/(?:pollinations|poll)(?:\s+(?P<rest>.*))?", re.DOTALL)
_KEY = re.compile(r"(/poll(?:inations)?\s+(?i:connect|config\s+apiKey)\s+)[^\s\"]+")
_TITLE = re.compile(
    r"\s*(you are a title generator|you are generating titles|generate a (short )?title)",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"\s*you are (a|an) [^.\n]{0,60}?(summari[sz]\w+|summary)\b",
    re.IGNORECASE,
)

_TURN = re.compile(r"^\[?user\]?:[ \t]*(.*)$", re.IGNORECASE | re.MULTILINE)
"""What the user said, where a conversation is written down in one text."""


@attrs.frozen
class Asked:
    """
    A command that was found in a chat request.

    :param words: its name and what follows; empty for none. They may hold a key.
    :param quoted: whether it is only quoted, and must not be run.
    """

    words: tuple[str, ...] = attrs.field(repr=False)
    quoted: bool = False


def asked_command(request: ChatRequest) -> Asked | None:
    """The command that *request* is or is about, or ``None`` when a model must answer it."""
    about = _side_request(request)
    if about is not None:
        return about(request) if any("/poll" in text for text in _texts(request, "user")) else None
    last = request.messages[-1]
    words = _words(_last_text(last.get("content"))) if last["role"] == "user" else None
    return None if words is None else Asked(words)


def redacted(request: ChatRequest) -> ChatRequest:
    """*request*, or a copy in which nobody can read the keys that earlier commands held."""
    # One character is found ten times as fast as a word, and texts without it hold no command.
    if not any("/" in text and _KEY.search(text) for text in _texts(request, "user")):
        return request
    return request.but(messages=[_without_key(message) for message in request.messages])


def _words(text: str) -> tuple[str, ...] | None:
    """The words of the command that *text* is, or ``None``."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        # OpenCode sends the quotes along that were meant for a shell.
        text = text[1:-1].strip()
    found = _COMMAND.fullmatch(text)
    return tuple((found["rest"] or "").split(maxsplit=MOST_WORDS)) if found else None


def _side_request(request: ChatRequest) -> Callable[[ChatRequest], Asked | None] | None:
    """How to look for a command in *request* if a client made it for purposes of its own."""
    if request.tools:
        return None
    openings = [*_texts(request, "system", "developer")]
    if any(map(_TITLE.match, openings)):
        return _titled
    return _summed_up if any(map(_SUMMARY.match, openings)) else None


def _titled(request: ChatRequest) -> Asked | None:
    """The first command that a text of the user is, or has as one of its lines."""
    for text in _texts(request, "user"):
        for part in (text, *text.splitlines()):
            words = _words(part)
            if words is not None:
                return Asked(words, quoted=True)
    return None


def _summed_up(request: ChatRequest) -> Asked | None:
    """
    The command that a conversation ends with, or that is all it holds. One that holds more is a
    model's to sum up: a title in place of its summary would lose it.
    """
    texts = [_last_text(m.get("content")) for m in request.messages if m["role"] == "user"]
    last = _words(texts[-1])
    if last is not None:
        return Asked(last, quoted=True)
    # Written down in one text, or as messages, before what the client itself has to say.
    said = [turn for text in texts for turn in _TURN.findall(text)] or texts[:-1]
    commands = [words for words in map(_words, said) if words is not None]
    return Asked(commands[-1], quoted=True) if commands and len(commands) == len(said) else None


def _texts(request: ChatRequest, *roles: str) -> Iterator[str]:
    for message in request.messages:
        if message["role"] in roles:
            yield from _in(message.get("content"))


def _in(content: Any) -> Sequence[str]:
    """The texts of a message's content."""
    if isinstance(content, str):
        return (content,)
    parts = (part.get("text") for part in content or () if isinstance(part, dict))
    return [text for text in parts if isinstance(text, str)]


def _last_text(content: Any) -> str:
    texts = _in(content)
    return texts[-1] if texts else ""


def _without_key(message: Any) -> Any:
    content = message.get("content")
    if message["role"] != "user" or content is None:
        return message
    if isinstance(content, str):
        return {**message, "content": _KEY.sub(_hidden, content)}
    return {**message, "content": [_part_without_key(part) for part in content]}


def _part_without_key(part: Any) -> Any:
    text = part.get("text") if isinstance(part, dict) else None
    return {**part, "text": _KEY.sub(_hidden, text)} if isinstance(text, str) else part


def _hidden(found: re.Match[str]) -> str:
    return f"{found[1]}{UNSAID}"
