"""
The model behind a demonstration: no intelligence, and everything that a client can meet.

It greets, calls tools and uses what they return, reasons about riddles, finds titles for
conversations, and always says what it is. Each family of models has its own manner here, as it has
in the real service: how calls are cut into deltas, what identifiers look like, who thinks.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from uuid import UUID

import attrs
import orjson

from ..chat.request import ChatRequest
from ..quirks.messages import text_of
from . import lists
from .answers import Call, Form, calls, reasoning, text
from .failures import error
from .families import belongs_to
from .filling import filled
from .planning import Step, plan
from .reading import fields
from .recording import Asked
from .reply import Reply
from .script import Script
from .thoughts import signature_for
from .words import last_user_text, since_last_user, system_text

HELLO = (
    "Hello! I am the demo of Pollinations: a few scripted answers on your own machine, no model "
    "and no network. Ask me about the weather in Paris with a tool for it, tell me to run "
    "`echo hi` when there is a shell, or give me a riddle to see reasoning."
)
"""What is said to whom nothing else fits."""


@attrs.frozen
class Manner:
    """
    How a family answers.

    :param make_id: gives a tool call's identifier, by its number.
    :param signs: whether tool calls carry thought signatures.
    :param thinks: whether it says what it thinks before a tool call.
    """

    form: Form = "openai"
    make_id: Callable[[int], str] = "call_{:024x}".format
    signs: bool = False
    thinks: bool = False


def _portkey_id(number: int) -> str:
    return f"portkey-{UUID(int=number)}"


_GEMINI = Manner("portkey", _portkey_id, signs=True)

MANNERS: Mapping[str, Manner] = {
    "gemini": _GEMINI,
    "nomnom": _GEMINI,
    "kimi": Manner("kimi", "functions.call:{}".format, thinks=True),
    "deepseek": Manner(thinks=True),
    "glm": Manner("whole", thinks=True),
    "claude": Manner("openai", "toolu_{:022x}".format),
    "nova": Manner("whole", "tooluse_{:022x}".format),
    "mistral": Manner("whole", "{:09x}".format),
}
"""A word in a model's name to its manner; the others have OpenAI's."""


@attrs.define(eq=False)
class Demo:
    """
    Answers as a demonstration does.

    :param pace: seconds between two deltas.
    """

    pace: float = 0.0
    _numbers: Iterator[int] = attrs.field(factory=lambda: count(1), init=False, repr=False)

    def __call__(self, asked: Asked) -> Script:
        """What is replied to *asked*."""
        listed = lists.FREE if asked.universe == "free" else lists.ENTER
        if lists.find(lists.texts(listed), asked.model) is None:
            return error(404, f"Model not found: {asked.model}")
        reply = self._reply(asked.chat)
        extra = {"id": f"pllns_{next(self._numbers):08d}"}
        return reply.but(pace=self.pace, extra=extra)(asked)

    def _reply(self, request: ChatRequest) -> Reply:
        manner = manner_of(request.model)
        steps = plan(request)
        done = [m for m in since_last_user(request) if m.get("tool_calls")]
        if len(done) < len(steps):
            return self._calling(steps[len(done)], manner)
        for answer in _ANSWERS:
            said = answer(request)
            if said is not None:
                return _in_manner(said, manner)
        return _in_manner(text(*_words(HELLO)), manner)

    def _calling(self, step: Step, manner: Manner) -> Reply:
        made, signature = [], None
        for tool, arguments in step:
            number = next(self._numbers)
            made.append(Call(tool, arguments, manner.make_id(number)))
            if manner.signs and signature is None:
                signature = signature_for(tool, number)
        reply = calls(*made, form=manner.form, signature=signature)
        if not manner.thinks:
            return reply
        thought = {"reasoning_content": "The demo calls a tool for this."}
        return reply.but(deltas=(thought, *reply.deltas))


def manner_of(model: str) -> Manner:
    """The manner of the family that *model* belongs to, by its name."""
    return next((manner for word, manner in MANNERS.items() if belongs_to(model, word)), Manner())


def _in_manner(said: Reply, manner: Manner) -> Reply:
    if manner.form != "portkey":
        return said
    return said.but(counted="every", each={"role": "assistant", "content": ""})


def _words(said: str) -> Sequence[str]:
    return re.findall(r"\S+\s*", said)


def _title(request: ChatRequest) -> Reply | None:
    if not system_text(request).startswith("You are a title generator"):
        return None
    words = last_user_text(request).strip(' "\n').split()
    return text(" ".join(["Demo:", *words[:6]]))


def _summary(request: ChatRequest) -> Reply | None:
    if "summariz" not in system_text(request)[:200]:
        return None
    return text(f"A conversation with the demo of Pollinations: {len(request.messages)} messages.")


def _json(request: ChatRequest) -> Reply | None:
    if not request.wants_json:
        return None
    schema = fields(request.body["response_format"].get("json_schema")).get("schema")
    value = filled(schema) if schema else {"demo": True, "answer": HELLO}
    return text(orjson.dumps(value).decode())


def _results(request: ChatRequest) -> Reply | None:
    results = [text_of(m.get("content")) for m in since_last_user(request) if m["role"] == "tool"]
    if not results:
        return None
    said = "\n".join(f"> {result.strip()[:500]}" for result in results)
    return text(*_words(f"The tool said:\n\n{said}\n\n(This is the demo of Pollinations.)"))


def _riddle(request: ChatRequest) -> Reply | None:
    if not re.search(r"\b(riddle|puzzle|devinette)", last_user_text(request), re.IGNORECASE):
        return None
    thought = "A riddle. It has keys and opens no lock, so it is not a door."
    return reasoning(thought, *_words("A piano, says the demo: it has keys and opens no lock."))


_ANSWERS = (_title, _summary, _json, _results, _riddle)
"""Each answers what it is meant for; the first one that does is heard."""
