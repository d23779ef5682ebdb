"""JSON with comments and trailing commas, as editors' and OpenCode's settings are written."""

import re
from typing import Any

import orjson

# A string is matched first, so that nothing within one is taken for a comment or a comma. What is
# not closed is matched to the end, once, and left for the parser to complain of.
_STRING = r'"(?:\\.|[^"\\])*+(?:"|\\?\Z)'
_COMMENT = re.compile(rf"{_STRING}|//[^\r\n]*+|/\*.*?(?:\*/|\Z)", re.DOTALL)
_COMMA = re.compile(rf"{_STRING}|,(?=\s*+[\]}}])", re.DOTALL)


def loads(data: bytes) -> Any:
    """
    What *data* holds.

    :raises ValueError: that is not to be understood; the message says where and quotes nothing.
    """
    try:
        text = data.decode("utf-8-sig")
        return orjson.loads(_COMMA.sub(_kept, _COMMENT.sub(_kept, text)))
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except orjson.JSONDecodeError as e:
        raise ValueError(f"it is no JSON from line {e.lineno}") from None


def _kept(found: re.Match[str]) -> str:
    """The string itself, or what is not closed; for anything else a space, and its line breaks."""
    text = found.group()
    if text.startswith('"') or (text.startswith("/*") and not text.endswith("*/", 2)):
        return text
    return " " + "\n" * text.count("\n")
