"""Serve the built pages: hashed files for ever, all others asked for again; compressed once, not for every visitor."""

import gzip
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

COMPRESSED = frozenset({".js", ".mjs", ".css", ".html", ".json", ".svg", ".webmanifest"})
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
PAGES = ("console", "crew", "wall", "link", "team", "reader")

NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>green channel</title>
<h1>页面尚未构建 · The pages are not built</h1>
<p>请运行 <code>make setup</code>，然后重新启动。 Run <code>make setup</code>, then start again.</p>
<p>服务器本身正在运行： The server itself runs: <a href="/healthz">/healthz</a></p></html>"""


class BuiltPages:
    """Serve one directory, or say that it is not there yet; looked at for each request, so a build needs no restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = _Files(directory=folder, html=True, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"].strip("/")
        if not (self._folder / "index.html").is_file():
            await HTMLResponse(NOT_BUILT, 503)(scope, receive, send)
            return
        if path in PAGES and not scope["path"].endswith("/"):
            await RedirectResponse(f"/{path}/")(scope, receive, send)
            return
        await self._files(scope, receive, send)


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        """Add how long a file may be kept, and its compressed form where a browser takes it."""
        answer = await super().get_response(path, scope)
        kept = FOR_EVER if "assets/" in path else ASK_AGAIN
        answer.headers["Cache-Control"] = kept
        answer.headers["Vary"] = "Accept-Encoding"
        accepted = Headers(scope=scope).get("accept-encoding", "")
        file = Path(str(getattr(answer, "path", "")))
        if answer.status_code != 200 or file.suffix not in COMPRESSED or "gzip" not in accepted:  # noqa: PLR2004 - OK
            return answer
        changed = parsedate_to_datetime(answer.headers["last-modified"]).timestamp()
        head = {name: answer.headers[name] for name in ("cache-control", "vary", "last-modified", "etag")}
        head["etag"] = f"W/{head['etag']}"
        return Response(
            _compressed(file, changed),
            headers=head | {"Content-Encoding": "gzip"},
            media_type=answer.media_type,
        )


@lru_cache(maxsize=256)
def _compressed(file: Path, _changed: float) -> bytes:
    return gzip.compress(file.read_bytes(), compresslevel=9, mtime=0)
