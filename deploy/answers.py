"""Exit 0 when the server of this container answers at all: 200 as the writer, 503 as the standby that waits."""

import sys
from http.client import HTTPConnection, HTTPException

WELL = (200, 503)


def main() -> int:
    """Ask /healthz once, within three seconds."""
    connection = HTTPConnection("127.0.0.1", 8120, timeout=3)
    try:
        connection.request("GET", "/healthz")
        return 0 if connection.getresponse().status in WELL else 1
    except (OSError, HTTPException):
        return 1


sys.exit(main())
