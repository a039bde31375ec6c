"""Write the OpenAPI document of the application: ``.venv/bin/python -m tools.api_document FILE``.

The only module here that needs the project's own environment; it opens no city, no storage and no port.
"""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from dispatch.adapters.http.api import application
from dispatch.adapters.limits import Limits
from tools.paths import DIST


@asynccontextmanager
async def never_started(_: FastAPI) -> AsyncIterator[None]:
    """Stand in for the life of a server: a document needs none."""
    yield


def main(arguments: list[str]) -> int:
    """Write the document to the one file named."""
    document = application(never_started, Limits(), DIST).openapi()
    Path(arguments[0]).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
