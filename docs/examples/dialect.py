"""A dialect of JSON Schema for models that know four types and no numbers' bounds."""

from pollinations.quirks.dialects import Dialect
from pollinations.quirks.schema import sanitized
from pollinations.quirks.translation.keywords import names, schemas, text

TERSE = Dialect(
    "terse",
    keywords={
        "string": {"type": text, "description": text, "enum": names},
        "number": {"type": text, "description": text},
        "array": {"type": text, "description": text, "items": schemas},
        "object": {"type": text, "description": text, "properties": schemas, "required": names},
    },
    hints={"number": {"minimum": "at least {}", "maximum": "at most {}"}},
    references=False,
    items=True,
)

POINT = {
    "type": "object",
    "properties": {"x": {"type": "integer", "minimum": 0}, "y": {"type": "integer"}},
}
PARAMETERS = {
    "$defs": {"Point": POINT},
    "type": "object",
    "properties": {
        "from": {"$ref": "#/$defs/Point"},
        "to": {"anyOf": [{"$ref": "#/$defs/Point"}, {"type": "null"}], "title": "To"},
    },
    "required": ["from"],
}

accepted = sanitized(PARAMETERS, TERSE)
