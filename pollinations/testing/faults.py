"""
All ways to go wrong that an upstream can be told, by name, and a model that does so sometimes.

``Imitation(reactor, Sometimes(text("Hello"), 0.05, random.Random(1).random))`` is a service on a
bad day.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle, repeat

import attrs

from . import failures as no
from .answers import Call, calls, text
from .bodies import endless_text, events, json, raw
from .recording import Asked
from .reply import event
from .script import Abort, Cut, Model, Produce, Script, Send, Stall

_SAID = text("It ", "was ", "going ", "so ", "well")
_CALL = Call("weather", {"city": "Rome"})

STATUSES: Mapping[str, Model] = {
    "bad request": no.error(400, "The upstream does not like this."),
    "key unknown": no.error(401, "Invalid or missing API key."),
    "no funds": no.insufficient_balance(),
    "no access": no.error(403, "Forbidden"),
    "model gone": no.error(404, "Model not found"),
    "overflow": no.overflow(),
    "key's rate": no.key_rate_limited(1),
    "account's rate": no.concurrency_limited(),
    "address's rate": no.address_limited(),
    "queue full": no.queue_full(),
    "internal error": no.upstream_error(500, "The provider broke."),
    "bad gateway": no.html(502),
    "unavailable": no.error(503, "Busy", retry_after=1),
    "unavailable for nonsense": no.error(503, "Busy", retry_after="soon"),
    "gateway too slow": no.error(504, "Too slow"),
    "odd status": no.error(529, "Overloaded"),
    "redirect": Script(302, {"location": "http://127.0.0.1:9/"}),
    "nothing": Script(204),
}
"""Replies that say by their status that they are no answer."""

DISGUISED: Mapping[str, Model] = {
    "refusal": no.refusal("credits"),
    "refusal of a budget": no.refusal("budget"),
    "notice": no.deprecation(),
    "error with 200": no.error_with_200(),
    "page": no.html(),
    "garbage": no.garbage(),
    "no choices": no.no_choices(),
    "empty": Script(),
    "empty stream": raw(b""),
    "nothing but pings": raw(b": ping\n\n", b"event: ping\ndata: {}\n\n", b"data: [DONE]\n\n"),
    "null": json(200, None),
    "strange events": events([1, 2], "text", {"choices": "none"}, b"{not json", b"[DONE]"),
    "not UTF-8": raw(b'data: {"choices":[{"delta":{"content":"\xff\xfe"}}]}\n\ndata: [DONE]\n\n'),
}
"""Replies with status 200 that are no answer either."""

BROKEN: Mapping[str, Model] = {
    "silent": no.hanging(),
    "hung up": no.dropped(),
    "reset": Script(steps=(Abort(),)),
    "cut": _SAID.then(Cut()),
    "reset in the answer": _SAID.then(Abort()),
    "silent in the answer": _SAID.then(Stall()),
    "silent before the answer": text("").then(Stall()),
    "error in the answer": no.failing(_SAID),
    "error in the answer, no end": _SAID.then(event({"error": {"message": "Broke", "code": 500}})),
    "cut in an event": lambda asked: _halved(_SAID(asked)),
    "event without end": raw(b"data: ").then(Produce(lambda: repeat(b"x" * 64 * 1024, 160))),
    "cut in the calls": calls(_CALL).then(Cut()),
}
"""Replies that break off."""

ODD: Mapping[str, Model] = {
    "no finish reason": _SAID.but(finish=None),
    "odd finish reason": _SAID.but(finish="did_not_finish"),
    "no end": _SAID.but(done=False),
    "no usage": _SAID.but(counted="never"),
    "usage each time": _SAID.but(counted="every"),
    "calls without calls": _SAID.but(finish="tool_calls"),
    "null calls": calls(_CALL, nulls=2),
    "calls without names for later": calls(_CALL, form="kimi"),
    "calls at one place": calls(_CALL, Call("weather", {}, None), form="portkey"),
    "arguments that are none": calls(Call("weather", '{"city": "Ro')),
    "one byte at a time": lambda asked: _SAID(asked).cut_every(1),
    "the user's turn": text("Hello!\n", "Us", "er: and now?", " Model: fine"),
    "the same again": text(*["the same line\n"] * 60),
    "text without end": endless_text(),
}
"""Answers that want mending, or an end."""

FAULTS: Mapping[str, Model] = {**STATUSES, **DISGUISED, **BROKEN, **ODD}
"""All of them."""


@attrs.define(eq=False)
class Sometimes:
    """
    Answers with one of many faults, in turn, where chance will have it, and else as a model does.

    :param model: answers the others.
    :param share: how many requests go wrong: 0 to 1.
    :param chance: gives numbers from 0 to 1.
    """

    _model: Model
    share: float
    _chance: Callable[[], float]
    faults: Mapping[str, Model] = FAULTS
    made: Counter[str] = attrs.field(factory=Counter, init=False)
    """How often each fault was made."""

    _names: Iterator[str] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._names = cycle(self.faults)

    def __call__(self, asked: Asked) -> Script:
        """What is replied to *asked*."""
        if self._chance() >= self.share:
            return self._model(asked)
        name = next(self._names)
        self.made[name] += 1
        return self.faults[name](asked)


def _halved(script: Script) -> Script:
    """The first half of *script*, byte by byte, and then a cut."""
    data = b"".join(step.data for step in script.steps if isinstance(step, Send))
    return script.but(steps=(Send(data[: len(data) // 2]), Cut()))
