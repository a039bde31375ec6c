import json
import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, tracked_files

PLACEHOLDER = re.compile(r"\{(\w+)\}")
WORD = re.compile(r"\w")  # a separator such as ", " may end with a space, a sentence may not
LANGUAGES = {"zh", "en"}
FOLDER = Path(__file__).resolve().parents[2] / "dispatch" / "texts"
FILES = sorted(FOLDER.glob("*.json"))


def pairs_of(file: Path) -> list[tuple[str, dict[str, str]]]:
    """Return the entries as they are written, a key that is written twice included."""
    text = file.read_text(encoding="utf-8")
    outer: list[list[tuple[str, dict[str, str]]]] = []

    def keep(pairs: list[tuple[str, object]]) -> dict[str, object]:
        outer.append(pairs)  # type: ignore[arg-type] # the last object to close is the outermost
        assert len(dict(pairs)) == len(pairs), f"{file.name} says a key twice: {[key for key, _ in pairs]}"
        return dict(pairs)

    json.loads(text, object_pairs_hook=keep)
    return outer[-1]


ENTRIES = [(file.name, code, texts) for file in FILES for code, texts in pairs_of(file)]


def test_there_is_a_catalogue() -> None:
    assert FILES, "dispatch/texts holds no file"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_sentence_is_there_in_both_languages(file: Path) -> None:
    for code, texts in pairs_of(file):
        assert set(texts) == LANGUAGES, f"{file.name}: {code}"
        stray = [text for text in texts.values() if not text.strip() or (text != text.strip() and WORD.search(text))]
        assert stray == [], f"{file.name}: {code} is empty or has stray spaces"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_both_languages_take_the_same_parameters(file: Path) -> None:
    for code, texts in pairs_of(file):
        taken = {language: sorted(set(PLACEHOLDER.findall(text))) for language, text in texts.items()}
        assert taken["zh"] == taken["en"], f"{file.name}: {code}"
        braces = [
            text
            for text in texts.values()
            if PLACEHOLDER.sub("", text).count("{") + PLACEHOLDER.sub("", text).count("}")
        ]
        assert braces == [], f"{file.name}: {code} has a brace that is no parameter"


def test_no_code_is_said_in_two_files() -> None:
    first: dict[str, str] = {}
    for file, code, _ in ENTRIES:
        assert first.setdefault(code, file) == file, f"{code} stands in {first[code]} and in {file}"


# Said to other systems, which ask for the catalogue: no page of ours shows them.
FOR_OTHERS = ("interval.", "row_status.")


def test_every_sentence_is_said_somewhere() -> None:
    """A code is said where it is written out, or where a code is put together from its beginning."""
    sources = "\n".join(
        (ROOT / file).read_text(encoding="utf-8")
        for file in tracked_files()
        if file.suffix in {".py", ".ts", ".tsx", ".toml"} and file.parts[0] != "tests" and ".test." not in file.name
    )
    written = set(re.findall(r"[\w.]+", sources))
    beginnings = tuple(set(re.findall(r"[`\"']([a-z0-9_]+\.[a-z0-9_.]*)\$?\{", sources)) | set(FOR_OTHERS))
    silent = [
        code
        for _, code, _ in ENTRIES
        if code not in written and code.rpartition(".")[0] not in written and not code.startswith(beginnings)
    ]
    assert silent == []
