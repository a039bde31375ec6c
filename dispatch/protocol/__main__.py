"""Write the schemas of the frames: ``python -m dispatch.protocol > docs/protocol-schemas.json``; a test compares."""

import json

from dispatch.protocol.frames import schemas

if __name__ == "__main__":
    print(json.dumps(schemas(), ensure_ascii=False, indent=1))  # noqa: T201 - its output is the document
