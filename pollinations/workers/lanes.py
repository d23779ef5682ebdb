"""
The queues for upstreams that serve one request at a time, when several workers ask them: whose turn
it is, the parent decides.
"""

from collections.abc import Mapping
from functools import partial
from itertools import count
from typing import Any, cast

import attrs
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from ..errors import UpstreamFailed
from ..upstream.lane import Lane, lane_full
from .hub import Hub, Member
from .link import Link

TOPIC = "lane"


@attrs.define(eq=False, slots=False)
class DistantLane:
    """
    A worker's view of a queue. It is used as a :class:`~pollinations.upstream.lane.Lane` is.

    :param link: leads to the parent.
    :param name: of the queue there.
    """

    _link: Link
    _name: str
    _turns: "count[int]" = attrs.field(factory=count, init=False)
    _waiting: "dict[int, Deferred[None]]" = attrs.field(factory=dict, init=False)
    _inside: int = attrs.field(default=-1, init=False)

    def __attrs_post_init__(self) -> None:
        self._link.topics[f"{TOPIC} {self._name}"] = self._told
        self._link.ended.append(self._lost)

    @property
    def waiting(self) -> int:
        """How many requests of this worker wait."""
        return len(self._waiting)

    async def enter(self, again: bool = False) -> None:
        """See :meth:`.Lane.enter`."""
        if self._link.lost:
            raise lane_full(1.0)
        turn, mine = next(self._turns), Deferred[None]()
        self._waiting[turn] = mine
        self._say(turn, enter=True, again=again)
        try:
            await mine
        except CancelledError:
            # Whether the turn has come meanwhile or not: it is given back.
            self._say(turn)
            raise
        finally:
            self._waiting.pop(turn, None)
        self._inside = turn

    def leave(self, wait: float | None = None, busy: bool = False) -> None:
        """See :meth:`.Lane.leave`."""
        self._say(self._inside, wait=wait, busy=busy)

    def _say(self, turn: int, **said: Any) -> None:
        self._link.tell(TOPIC, {"lane": self._name, "turn": turn, **said})

    def _told(self, said: Any) -> None:
        mine = self._waiting.pop(said["turn"], None)
        if mine is None:
            return
        if said["full"] is None:
            mine.callback(None)
        else:
            mine.errback(lane_full(said["full"]))

    def _lost(self) -> None:
        for mine in tuple(self._waiting.values()):
            mine.errback(lane_full(1.0))


@attrs.define(eq=False)
class SharedLanes:
    """
    The queues themselves. A worker that is gone has left them all.

    :param hub: where workers ask to enter.
    :param lanes: the queues by name.
    """

    _hub: Hub
    _lanes: Mapping[str, Lane]
    _waiting: "dict[tuple[Member, str, int], Deferred[None]]" = attrs.field(
        factory=dict, init=False
    )
    _inside: set[tuple[Member, str, int]] = attrs.field(factory=set, init=False)

    def __attrs_post_init__(self) -> None:
        self._hub.topics[TOPIC] = self._told
        self._hub.leavers.append(self._gone)

    def _told(self, member: Member, said: Any) -> None:
        place = member, said["lane"], said["turn"]
        if said.get("enter"):
            self._enter(place, said["again"])
        else:
            self._leave(place, said.get("wait"), said.get("busy", False))

    def _enter(self, place: tuple[Member, str, int], again: bool) -> None:
        self._waiting[place] = entered = Deferred.fromCoroutine(self._lanes[place[1]].enter(again))
        entered.addCallbacks(partial(self._entered, place), partial(self._refused, place))

    def _entered(self, place: tuple[Member, str, int], result: object) -> None:
        self._waiting.pop(place, None)
        self._inside.add(place)
        member, name, turn = place
        member.send(f"{TOPIC} {name}", {"turn": turn, "full": None})

    def _refused(self, place: tuple[Member, str, int], failure: Failure) -> None:
        self._waiting.pop(place, None)
        if failure.check(CancelledError):
            return
        failure.trap(UpstreamFailed)
        member, name, turn = place
        seconds = cast(UpstreamFailed, failure.value).retry_after
        member.send(f"{TOPIC} {name}", {"turn": turn, "full": seconds})

    def _leave(
        self, place: tuple[Member, str, int], wait: float | None = None, busy: bool = False
    ) -> None:
        if place in self._inside:
            self._inside.remove(place)
            self._lanes[place[1]].leave(wait, busy)
        elif place in self._waiting:
            self._waiting[place].cancel()

    def _gone(self, member: Member) -> None:
        for place in (*self._inside, *self._waiting):
            if place[0] is member:
                self._leave(place)
