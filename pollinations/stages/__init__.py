"""
What is done to an answer, one small file per stage, in one ordered tuple. No Twisted here.

:data:`STAGES` holds them in the order in which a chunk passes through.
"""

from collections.abc import Sequence

from .stage import Context, Stage, StageFactory

STAGES: tuple[StageFactory, ...] = ()


def stages_for(context: Context) -> Sequence[Stage]:
    """The stages of one answer, in order."""
    return [stage(context) for stage in STAGES]


__all__ = ["STAGES", "Context", "Stage", "StageFactory", "stages_for"]
