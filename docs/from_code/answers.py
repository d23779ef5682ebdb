"""What is done to answers, stage by stage."""

import sys
from collections.abc import Iterator
from pathlib import Path

from pollinations.stages import STAGES, Stage

from .text import meaning, paragraphs, section, within

EXAMPLES = Path(__file__).parents[1] / "examples" / "answers"
"""For each stage at least one ``NAME.CASE.before``, and what becomes of it, ``.after``."""


def stages() -> str:
    """A section for each stage, in the order in which a chunk passes through."""
    return "\n\n".join(map(_section, STAGES))


def cases(stage: type[Stage]) -> list[Path]:
    """What an upstream sends, for this stage to mend."""
    return sorted(EXAMPLES.glob(f"{_name(stage)}.*.before"))


def _name(stage: type[Stage]) -> str:
    return stage.__module__.rpartition(".")[2]


def _section(stage: type[Stage]) -> str:
    about = paragraphs(sys.modules[stage.__module__])
    shown = (block for case in cases(stage) for block in _shown(case))
    return section(_name(stage).replace("_", " ").capitalize(), *about, meaning(stage), *shown)


def _shown(before: Path) -> Iterator[str]:
    yield f"*{before.stem.partition('.')[2].replace('-', ' ').capitalize()}:*"
    after = before.with_suffix(".after")
    for path, said in ((before, "the upstream sends"), (after, "the client gets")):
        where = f"literalinclude:: /examples/answers/{path.name}"
        yield within(where, language="none", caption=said, **{"class": "wrapped"})
