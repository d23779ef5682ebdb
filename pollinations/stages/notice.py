"""The notice: tells the reader that another model answered, and why."""

from collections.abc import Sequence

import attrs

from ..chat.chunk import CALLS, FINISH, Chunk
from .stage import Context, Stage


@attrs.define(eq=False)
class Notice(Stage):
    """Adds a sentence to the end of the text, before what says that it is the end."""

    wants = CALLS | FINISH
    _done: set[int] = attrs.field(factory=set, init=False)
    """The choices that have their notice, or must not have one."""

    @classmethod
    def concerns(cls, context: Context) -> bool:
        """Only when something has to be told, and where a sentence more does no harm."""
        return bool(
            context.route.reason
            and context.settings.gui.status != "none"
            and not context.request.wants_json
        )

    @property
    def text(self) -> str:
        """What is added."""
        route = self._context.route
        return f"\n\n> ⚠️ **Safety Net**: {route.reason}. Switched to `{route.name}`."

    def received(self, chunk: Chunk) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.received`."""
        before, choices = [], []
        for choice in chunk.choices:
            index, delta = choice["index"], choice["delta"]
            if delta.get("tool_calls") or delta.get("function_call"):
                self._done.add(index)
            if not choice.get("finish_reason") or index in self._done:
                choices.append(choice)
                continue
            self._done.add(index)
            content = delta.get("content")
            if content and isinstance(content, str):
                choice = {**choice, "delta": {**delta, "content": content + self.text}}
            else:
                before.append(chunk.saying(index, {"content": self.text}))
            choices.append(choice)
        return (*before, chunk.with_choices(choices))
