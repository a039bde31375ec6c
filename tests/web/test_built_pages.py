"""What the builds of the pages weigh and hold. `make test` builds them first."""

import gzip
import json
import re
from pathlib import Path

import pytest

KB = 1000
BUDGETS_KB = {"wall": 60, "crew": 120, "console": 600, "link": 15}
MAP = "maplibre"
HTML = {
    "door": "index.html",
    "console": "console/index.html",
    "crew": "crew/index.html",
    "wall": "wall/index.html",
    "link": "link/index.html",
}
EXTERNAL = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""")


@pytest.fixture(scope="module")
def dist(project_dir: Path) -> Path:
    folder = project_dir / "web" / "dist"
    if not (folder / "crew" / "sw.js").exists():
        pytest.skip("the pages are not built: python3 -m tools.web build")
    return folder


def files_of(page: str, dist: Path) -> set[str]:
    """Return every file the page can ever load: its HTML, and all that its modules import, at once or later."""
    manifest = json.loads((dist / ("crew-manifest.json" if page == "crew" else "pages-manifest.json")).read_text())
    waiting = [HTML[page]]
    seen: set[str] = set()
    files = {HTML[page]}
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        entry = manifest[name]
        files.update([entry["file"], *entry.get("css", []), *entry.get("assets", [])])
        waiting += [*entry.get("imports", []), *entry.get("dynamicImports", [])]
    return files


def gzipped(dist: Path, files: set[str]) -> dict[str, int]:
    """Return the bytes of each file as the server sends it."""
    return {file: len(gzip.compress((dist / file).read_bytes(), 9)) for file in sorted(files)}


@pytest.mark.parametrize("page", BUDGETS_KB)
def test_a_page_stays_within_its_budget(dist: Path, page: str) -> None:
    sizes = gzipped(dist, files_of(page, dist))
    if page == "crew":  # its budget is counted without the map; its service worker is part of it
        sizes = {file: size for file, size in sizes.items() if MAP not in file}
        sizes |= gzipped(dist, {"crew/sw.js"})
    assert sum(sizes.values()) <= BUDGETS_KB[page] * KB, sizes


def test_the_wall_carries_no_map(dist: Path) -> None:
    assert [file for file in files_of("wall", dist) if MAP in file] == []


@pytest.mark.parametrize("page", HTML)
def test_html_holds_nothing_inline_and_nothing_foreign(dist: Path, page: str) -> None:
    html = (dist / HTML[page]).read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", html) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", html) == []
    assert EXTERNAL.findall(html) == []


def test_the_tablet_keeps_every_file_of_its_page(dist: Path) -> None:
    worker = (dist / "crew" / "sw.js").read_text(encoding="utf-8")
    wanted = {f"/{file}" for file in files_of("crew", dist) if not file.endswith(".html")} | {"/crew/"}
    assert [path for path in sorted(wanted) if path not in worker] == []
    on_disk = {
        f"/crew/{file.relative_to(dist / 'crew').as_posix()}" for file in (dist / "crew").rglob("*") if file.is_file()
    }
    kept = set(re.findall(r"[`'\"](/crew/[^`'\"]+)[`'\"]", worker))
    assert kept <= on_disk, "a file that is not there would keep the worker from installing"
