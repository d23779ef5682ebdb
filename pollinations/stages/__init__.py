"""
What is done to an answer, one small file per stage, in one ordered tuple. No Twisted here.

:data:`STAGES` holds them in the order in which a chunk passes through.
"""

from collections.abc import Sequence

from .cutting import Cutting
from .error import Error
from .finish_reason import FinishReason
from .notice import Notice
from .refusal import Refusal
from .role import Role
from .signatures import Signatures
from .stage import Context, Stage
from .tool_calls import ToolCalls
from .usage import Usage

STAGES: tuple[type[Stage], ...] = (
    Error,
    Refusal,
    Role,
    ToolCalls,
    FinishReason,
    Signatures,
    Cutting,
    Notice,
    Usage,
)


def stages_for(context: Context) -> Sequence[Stage]:
    """The stages of one answer, in order."""
    return [stage(context) for stage in STAGES if stage.concerns(context)]


__all__ = ["STAGES", "Context", "Stage", "stages_for"]
