"""The built pages: kept for ever or asked for again, compressed once, and a word when they are not built."""

import os
from pathlib import Path

import httpx
import pytest
from starlette.exceptions import HTTPException

from dispatch.adapters.http.static import PAGES, BuiltPages

PAGE = "<!doctype html><title>调度台</title>" + " " * 2_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in (
        ("index.html", PAGE),
        ("console/index.html", PAGE),
        ("assets/console-abc.js", "1;" * 2_000),
        ("crew/assets/crew-abc.js", "2;"),
        ("crew/sw.js", "3;"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


async def get(folder: Path, path: str, **headers: str) -> httpx.Response:
    """Ask the pages directly."""
    transport = httpx.ASGITransport(app=BuiltPages(folder))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path, headers={"Accept-Encoding": "identity"} | headers)


async def test_hashed_files_are_kept_for_ever_and_all_others_asked_for_again(folder: Path) -> None:
    for path in ("/assets/console-abc.js", "/crew/assets/crew-abc.js"):
        assert "immutable" in (await get(folder, path)).headers["cache-control"]
    for path in ("/", "/console/", "/crew/sw.js"):
        answer = await get(folder, path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_without_its_slash_is_led_there(folder: Path, page: str) -> None:
    answer = await get(folder, f"/{page}")
    assert (answer.status_code, answer.headers["location"]) == (307, f"/{page}/")


def test_every_page_that_is_built_is_known(project_dir: Path) -> None:
    assert set(PAGES) == {each.parent.name for each in (project_dir / "web").glob("*/index.html")} - {"dist"}


async def test_what_compresses_comes_compressed_to_who_takes_it(folder: Path) -> None:
    small = await get(folder, "/assets/console-abc.js", **{"Accept-Encoding": "gzip"})
    plain = await get(folder, "/assets/console-abc.js")
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < len(plain.content) / 10
    assert small.text == plain.text == "1;" * 2_000
    assert "content-encoding" not in plain.headers


async def test_an_unchanged_page_is_not_sent_again(folder: Path) -> None:
    tag = (await get(folder, "/")).headers["etag"]
    assert (await get(folder, "/", **{"If-None-Match": tag})).status_code == 304


async def test_a_changed_page_is_compressed_anew(folder: Path) -> None:
    gzip_only = {"Accept-Encoding": "gzip"}
    first = await get(folder, "/crew/sw.js", **gzip_only)
    (folder / "crew" / "sw.js").write_text("4;", encoding="utf-8")
    os.utime(folder / "crew" / "sw.js", (2e9, 2e9))  # a file's time counts in seconds: this one is later
    assert (first.text, (await get(folder, "/crew/sw.js", **gzip_only)).text) == ("3;", "4;")


@pytest.mark.parametrize("path", ["/../secret", "/%2e%2e/secret", "/assets/../../secret", "/nothing"])
async def test_nothing_outside_the_folder_is_served(folder: Path, path: str) -> None:
    (folder.parent / "secret").write_text("secret", encoding="utf-8")
    with pytest.raises(HTTPException) as refused:
        await get(folder, path)
    assert refused.value.status_code == 404


async def test_pages_that_are_not_built_are_told_in_words(tmp_path: Path) -> None:
    answer = await get(tmp_path / "nowhere", "/console/")
    assert answer.status_code == 503
    assert "make setup" in answer.text
