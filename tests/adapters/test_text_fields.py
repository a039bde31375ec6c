"""Every text field of every route and command: what is said there stays what was said, or is refused by its name."""

from typing import Any

import pytest
from pydantic import ValidationError

from dispatch.adapters.http.bodies import BadFieldError, command_data
from dispatch.command import slug
from dispatch.command_roles import COMMANDS, RIGHTS
from dispatch.words import NO_ACCOUNT
from tests.adapters.speaking import KEY, Path, spoken_routes

SAID = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "turned": "\u202e地址\u202c",
    "nul": "a\x00b",
    "long": "长" * 10_000,
}
# PostgreSQL's text holds no NUL: where a name becomes a column it is refused.
COLUMNS = {
    "POST /api/session": {"account"},
    "POST /api/accounts": {"account", "label", "unit_id", "center_id"},
    "POST /api/commands/list-center": {"center_id", "name", "grade", "capabilities"},
    "POST /api/commands/commission-unit": {"unit_id", "level"},
}
BY_SLUG = {slug(kind): kind for kind in COMMANDS}


FIELDS = [
    (route, path) for route, (speech, _) in spoken_routes().items() for path in dict.fromkeys(speech.text_fields())
]


def taken(route: str, path: Path, said: str) -> Any:  # noqa: ANN401 - what the route works with
    """Return what a route makes of a text; raise what becomes its 422."""
    speech, adapter = spoken_routes()[route]
    whole = adapter.validate_python(speech.body(path, said))
    if not route.startswith("POST /api/commands/") or path[0] != "data":
        return at(whole, path)
    kind = BY_SLUG[route.rpartition("/")[2]]
    return at(command_data(kind, whole.data), path[1:])


def at(whole: Any, path: Path) -> Any:  # noqa: ANN401 - any value
    """Return what stands at a path."""
    for step in path:
        if step == KEY:
            return next(iter(whole))
        whole = getattr(whole, str(step)) if hasattr(whole, str(step)) else whole[step]
    return whole


def named(path: Path, error: ValidationError | BadFieldError) -> bool:
    """Say whether a refusal names the field that was wrong."""
    if isinstance(error, ValidationError):
        loc = [each for each in error.errors()[0]["loc"] if each != "[key]"]
        return loc[0] == path[0]
    return error.field.partition(".")[0] in path


@pytest.mark.parametrize("what", SAID)
def test_what_is_said_stays_what_was_said_or_is_refused_by_its_field(what: str) -> None:
    kept, wrong = 0, []
    for route, path in FIELDS:
        try:
            became = taken(route, path, SAID[what])
        except (ValidationError, BadFieldError) as error:
            if not named(path, error):
                wrong.append((route, path, str(error)))
            continue
        kept += 1
        if became != SAID[what]:
            wrong.append((route, path, str(became)))
    assert wrong == []
    assert kept == 0 if what == "long" else kept > len(FIELDS) / 2


@pytest.mark.parametrize("blank", ["", " ", "\u3000\t\n", "\u200b\u2060\ufeff", "\x00\x1f"])
def test_a_text_of_a_command_says_something_or_is_none(blank: str) -> None:
    wrong = []
    for route, path in FIELDS:
        if not route.startswith("POST /api/commands/") or path[0] != "data" or len(path) != len(("data", "name")):
            continue
        try:
            became = taken(route, path, blank)
        except (ValidationError, BadFieldError) as error:
            if not named(path, error):
                wrong.append((route, path, str(error)))
            continue
        if became is not None:
            wrong.append((route, path, repr(became)))
    assert wrong == []


def test_what_becomes_a_column_holds_no_nul() -> None:
    for route, path in FIELDS:
        name = next((str(each) for each in path if each in COLUMNS.get(route, ())), None)
        if name is not None:
            with pytest.raises(ValidationError, match=name):
                taken(route, path, SAID["nul"])


def test_every_command_is_among_the_routes() -> None:
    spoken = {route.rpartition("/")[2] for route in spoken_routes() if "/api/commands/" in route}
    assert spoken == {name for name, kind in BY_SLUG.items() if not RIGHTS[kind] <= NO_ACCOUNT}
