"""
What a model wants back later: thought signatures, and the reasoning that led to its tool calls.

It is learned from the answer, from every carrier, and a client that can bring a signature back is
given it where its library looks for it.
"""

from collections.abc import Sequence
from typing import Any

import attrs

from ..chat.chunk import BLOCKS, CALLS, SIGNATURE, THOUGHT, Chunk
from ..chat.memory import is_unique, prompt_key, reasoning_key, signature_key
from ..chat.request import JSONObject, without
from ..chat.signature import FIELD, offering, signature_of_call, signature_on
from .arguments import is_more
from .stage import Stage

REASONING_LIMIT = 256 * 1024
"""The most characters of reasoning that are remembered; of more, nothing is."""


@attrs.define(eq=False)
class _Step:
    """
    What one choice has brought so far.

    :param ids: the identifiers of its tool calls, by index.
    :param waiting: a signature of the message as a whole that came before its first call.
    """

    ids: dict[int, str] = attrs.field(factory=dict)
    signed: set[str] = attrs.field(factory=set)
    waiting: str = ""
    thoughts: list[str] = attrs.field(factory=list)
    length: int = 0


@attrs.define(eq=False)
class Signatures(Stage):
    """Learns, and gives the client each signature as ``extra_content.google``."""

    wants = BLOCKS | CALLS | SIGNATURE | THOUGHT
    _steps: dict[int, _Step] = attrs.field(factory=dict, init=False)
    _prompt_known: bool = attrs.field(default=False, init=False)
    _conversation: str = attrs.field(default="", init=False)

    def received(self, chunk: Chunk) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.received`."""
        if chunk.holds & THOUGHT:
            for choice in chunk.choices:
                delta = choice["delta"]
                _think(self._step(choice), delta.get("reasoning_content") or delta.get("reasoning"))
        if not chunk.holds & (BLOCKS | CALLS | SIGNATURE):
            return (chunk,)
        return (chunk.with_choices([self._choice(choice) for choice in chunk.choices]),)

    def stopped(self) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.stopped`."""
        for step in self._steps.values():
            if step.thoughts and step.length <= REASONING_LIMIT:
                reasoning = "".join(step.thoughts)
                for call_id in step.ids.values():
                    self._context.learn(reasoning_key(call_id, self._prompt(call_id)), reasoning)
        return ()

    def _step(self, choice: JSONObject) -> _Step:
        step = self._steps.get(choice["index"])
        if step is None:
            step = self._steps[choice["index"]] = _Step()
        return step

    def _choice(self, choice: JSONObject) -> JSONObject:
        step = self._step(choice)
        delta = new = choice["delta"]
        if "content_blocks" in delta:
            new = _without_echo(new)
        if FIELD in delta or "extra_content" in delta:
            new = self._message(step, new)
        if calls := delta.get("tool_calls"):
            signed = [self._call(step, call) for call in calls]
            new = new if signed == calls else {**new, "tool_calls": signed}
        return choice if new is delta else {**choice, "delta": new}

    def _message(self, step: _Step, delta: JSONObject) -> JSONObject:
        signature = signature_on(delta)
        if not signature:
            return delta
        self._learn_for_prompt(signature)
        first = next(iter(step.ids.values()), None)
        if first is None:
            step.waiting = signature
        elif first not in step.signed:
            self._learn(step, first, signature)
        return offering(delta, signature)

    def _call(self, step: _Step, call: JSONObject) -> JSONObject:
        if is_more(call):
            return call
        index, call_id = call["index"], call.get("id")
        signature = signature_of_call(call)
        if call_id:
            step.ids[index] = call_id
            if not signature:
                signature, step.waiting = step.waiting, ""
        if not signature or index not in step.ids:
            return call
        self._learn_for_prompt(signature)
        self._learn(step, step.ids[index], signature)
        return offering(call, signature)

    def _learn(self, step: _Step, call_id: str, signature: str) -> None:
        step.signed.add(call_id)
        self._context.learn(signature_key(call_id, self._prompt(call_id)), signature)

    def _prompt(self, call_id: str) -> str:
        """The conversation that a call belongs to, which costs, where it matters."""
        if is_unique(call_id):
            return ""
        if not self._conversation:
            self._conversation = prompt_key(self._context.request.messages)
        return self._conversation

    def _learn_for_prompt(self, signature: str) -> None:
        """An answer that makes no calls is found by the conversation before it, and so is any."""
        if not self._prompt_known:
            self._prompt_known = True
            self._context.learn(prompt_key(self._context.request.messages), signature)


def _think(step: _Step, text: Any) -> None:
    if text and isinstance(text, str):
        step.length += len(text)
        if step.length <= REASONING_LIMIT:
            step.thoughts.append(text)
        else:
            step.thoughts.clear()


def _without_echo(delta: JSONObject) -> JSONObject:
    """*delta* without the ``content_blocks`` that repeat the text of its ``content``."""
    blocks = delta.get("content_blocks")
    if not delta.get("content") or not isinstance(blocks, list):
        return delta
    kept = [block for block in blocks if not _is_text(block)]
    if len(kept) == len(blocks):
        return delta
    rest = without(delta, "content_blocks")
    return {**rest, "content_blocks": kept} if kept else rest


def _is_text(block: Any) -> bool:
    piece = block.get("delta", block) if isinstance(block, dict) else None
    return isinstance(piece, dict) and isinstance(piece.get("text"), str)
