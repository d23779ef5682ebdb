"""What all workers have counted together, those that are gone included."""

from collections.abc import Sequence
from typing import Any

import attrs

from ..metrics.snapshot import Family, together
from .hub import Hub, Member


@attrs.define(eq=False)
class Totals:
    """
    Adds up what workers count, when somebody wants to know it.

    What a worker had counted when it was asked last, or said when it stopped, goes on to count when
    it is gone: a sum never falls.

    :param hub: where the workers are asked.
    """

    _hub: Hub
    _last: dict[Member, Sequence[Family]] = attrs.field(factory=dict, init=False)
    _gone: Sequence[Family] = attrs.field(factory=tuple, init=False)

    def __attrs_post_init__(self) -> None:
        self._hub.questions["figures"] = self._figures
        self._hub.topics["figures"] = self._counted
        self._hub.leavers.append(self._left)

    async def _figures(self, _: object) -> list[Any]:
        for member, said in await self._hub.ask("figures", None, self._hub.members):
            self._counted(member, said)
        return [each.to_json() for each in together([self._gone, *self._last.values()])]

    def _counted(self, member: Member, said: Any) -> None:
        if said is not None and member in self._hub.members:
            self._last[member] = [Family.from_json(each) for each in said]

    def _left(self, member: Member) -> None:
        counted = self._last.pop(member, ())
        lasting = [family for family in counted if family.kind != "gauge"]
        self._gone = together([self._gone, lasting])
