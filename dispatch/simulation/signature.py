"""How systems beside the server sign what they post, written after docs/protocol.md and not after the server's code."""

import hashlib
import hmac


def signature_of(secret: str, at_ms: str, body: bytes) -> str:
    """Return the signature of a body; ``at_ms`` as it stands in the header of the time."""
    told = b"v1." + at_ms.encode(errors="replace") + b"." + body
    return "v1=" + hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()
