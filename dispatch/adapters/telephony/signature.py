"""Sign and check what an exchange sends: HMAC-SHA256 over its time and its bytes, with a secret that both know."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

TIME_HEADER, SIGNATURE_HEADER = "X-Exchange-Time", "X-Exchange-Signature"
VERSION = "v1"
FRESH = timedelta(seconds=300)  # an exchange whose clock is further off than this is not believed


def sign(secret: str, at_ms: int, body: bytes) -> str:
    """Return the signature of a body sent at ``at_ms``, milliseconds since 1970 by the sender's clock."""
    told = f"{VERSION}.{at_ms}.".encode() + body
    return f"{VERSION}={hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()}"


def is_signed(secret: str, at_ms: str, body: bytes, signature: str) -> bool:
    """Say whether a signature is the one that this secret gives; takes equally long for every wrong one."""
    if not at_ms.isascii() or not at_ms.isdigit():
        return False
    return hmac.compare_digest(sign(secret, int(at_ms), body).encode(), signature.encode("utf-8", "replace"))


def offset(at_ms: str, now: datetime) -> timedelta | None:
    """Return how far the sender's clock is behind ours, None when the request is too old or from the future."""
    try:
        behind = now - datetime.fromtimestamp(int(at_ms) / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return behind if abs(behind) <= FRESH else None
