"""When a worker that has ended is replaced, and when that is no use."""

import attrs

FIRST = 1.0
"""Seconds until a worker is replaced; each time that it ends soon again doubles them."""

LONGEST = 30.0
"""The most seconds that these add up to."""

STEADY = 60.0
"""Seconds of serving after which a worker's end has nothing to do with the one before."""

HOPELESS = 2
"""How many times a worker may end before it has ever served."""


@attrs.define
class Restarts:
    """How the workers in one place have fared."""

    _delay: float = FIRST
    _in_vain: int = 0
    _ever_served: bool = False

    def ended(self, served: float | None) -> float | None:
        """
        A worker has ended.

        :param served: for how many seconds it did serve; ``None`` when it never came to that.
        :return: seconds until the next one is to start, or ``None``: none will do better.
        """
        if served is None:
            self._in_vain += 1
        else:
            self._ever_served = True
        if self._in_vain >= HOPELESS and not self._ever_served:
            return None
        if served is not None and served >= STEADY:
            self._delay = FIRST
        delay, self._delay = self._delay, min(2 * self._delay, LONGEST)
        return delay
