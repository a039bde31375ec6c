"""Speak to every route that takes JSON: its schema, where it takes text, and the smallest body that it accepts."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from dispatch.adapters.http.api import ROUTERS

# What a text field takes that has a pattern: an id, a number, a hash, keys of a browser.
PATTERNED = {
    r"^\+?[0-9]{3,15}$": "13800000000",
    r"^[0-9a-f]{64}$": "0" * 64,
    r"^[A-Za-z0-9_-]{80,100}={0,2}$": "k" * 87,
    r"^[A-Za-z0-9_-]{20,30}={0,2}$": "k" * 22,
    r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$": "01KB0000000000000000000000",
    r"^[a-z0-9][a-z0-9._-]{0,79}$": "new",
}
MAPS = {"findings": {"complaint": "chest_pain"}, "vitals": {"hr": 50}}  # must not be empty
Path = tuple[str | int, ...]
KEY = "*"  # in a path: the text stands as the key


class Speech:
    """One route's schema, with its references followed."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._whole = schema
        self._ids: dict[str, str] = {}

    def text_fields(self, schema: dict[str, Any] | None = None, path: Path = ()) -> Iterator[Path]:
        """Yield the path of everything that is text; lists and maps have one entry."""
        schema = self._known(self._whole if schema is None else schema)
        for choice in schema.get("anyOf", ()):
            yield from self.text_fields(choice, path)
        if schema.get("type") == "string":
            yield path
        for name, inner in schema.get("properties", {}).items():
            yield from self.text_fields(inner, (*path, name))
        if "items" in schema:
            yield from self.text_fields(schema["items"], (*path, 0))
        if schema.get("type") == "object" and schema.get("additionalProperties"):
            yield (*path, KEY)
            inner = schema["additionalProperties"]
            if isinstance(inner, dict):
                yield from self.text_fields(inner, (*path, "hr"))

    def body(self, path: Path, said: str, **ids: str) -> Any:  # noqa: ANN401 - JSON
        """Return the smallest body that says this at a path, about the things with these ids."""
        self._ids = ids
        return self._with(self._whole, path, said)

    def _with(self, schema: dict[str, Any], path: Path, said: str) -> Any:  # noqa: ANN401 - JSON
        schema = self._known(schema)
        if not path:
            return said
        if "anyOf" in schema:
            schema = next(each for each in map(self._known, schema["anyOf"]) if _leads(each, path[0]))
        if path[0] == KEY:
            return {said: 1}
        if path[0] == 0:
            return [self._with(schema["items"], path[1:], said)]
        if path[0] not in schema.get("properties", {}):
            return {path[0]: self._with(schema["additionalProperties"], path[1:], said)}
        return self._smallest(schema) | {path[0]: self._with(schema["properties"][path[0]], path[1:], said)}

    def _smallest(self, schema: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        schema = self._known(schema)
        if "anyOf" in schema:
            return self._smallest(schema["anyOf"][0])
        match schema.get("type"):
            case "object":
                known = schema.get("properties", {})
                pair = ["datum"] if "datum" in known and "lon" in schema.get("required", ()) else []
                needed = (*schema.get("required", ()), *pair)
                return {name: self._ids.get(name) or MAPS.get(name) or self._smallest(known[name]) for name in needed}
            case "array":
                least = schema.get("prefixItems") or [schema["items"]] * schema.get("minItems", 0)
                return [self._smallest(each) for each in least]
            case "string":
                return _some_text(schema)
            case _:
                return max(1, schema.get("minimum", 1))

    def _known(self, schema: dict[str, Any]) -> dict[str, Any]:
        named = schema.get("$ref", "").rpartition("/")[2]
        return self._whole["$defs"][named] if named else schema


def _some_text(schema: dict[str, Any]) -> str:
    if "enum" in schema or "const" in schema:
        return str(schema["const"] if "const" in schema else schema["enum"][0])
    if schema.get("format") == "date-time":
        return "2026-11-21T06:00:00Z"
    least: int = schema.get("minLength", 1)
    return PATTERNED.get(schema.get("pattern", ""), "x" * least)


def _leads(schema: dict[str, Any], step: str | int) -> bool:
    if step == 0:
        return "items" in schema
    return step in schema.get("properties", {}) or bool(schema.get("additionalProperties"))


@cache
def spoken_routes() -> dict[str, tuple[Speech, TypeAdapter[Any]]]:
    """Return every route that takes a JSON body, by method and address: its schema, and what reads it."""
    routes = (each for module in ROUTERS for each in module.router.routes if isinstance(each, APIRoute))
    read = {
        f"{min(each.methods)} {each.path}": TypeAdapter[Any](each.body_field.field_info.annotation)
        for each in routes
        if each.methods and each.body_field is not None and each.body_field.field_info.annotation is not None
    }
    return {route: (Speech(adapter.json_schema()), adapter) for route, adapter in read.items()}
