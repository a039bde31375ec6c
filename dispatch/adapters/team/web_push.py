"""Push to a person's own device: RFC 8030 with the encryption of RFC 8291 and the sender's name of RFC 8292.

Of the libraries the usual one brings two more HTTP clients; on ``cryptography`` it is one key agreement, one header,
one signature, proved against the example of RFC 8291 in the tests.
"""

import asyncio
import logging
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx
import msgspec
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

log = logging.getLogger(__name__)

RECORD = 4_096  # one record: a summons is far shorter
SALT = 16
SENT_WITHIN_S = 3.0
SIGNED_FOR = timedelta(hours=12)  # RFC 8292 allows a day
CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256, FIPS 186-4 D.1.2.3


class PushKeys(msgspec.Struct, frozen=True):
    """A browser's own keys."""

    p256dh: str
    auth: str


class Subscription(msgspec.Struct, frozen=True):
    """Where a browser is pushed to, as it tells it."""

    endpoint: str
    keys: PushKeys


@dataclass(frozen=True, slots=True)
class PushSender:
    """Who pushes, and which services may be pushed to: a subscription names any address somebody typed."""

    key: ec.EllipticCurvePrivateKey
    hosts: tuple[str, ...]
    contact: str

    @property
    def public(self) -> str:
        """Return the key that a browser subscribes with."""
        return _b64(_point(self.key.public_key()))

    def allows(self, endpoint: str) -> bool:
        """Say whether a push service is one of those named; ``http://127.0.0.1:…`` only when named whole."""
        address = urlsplit(endpoint)
        host = address.hostname or ""
        if any(endpoint.startswith(f"{each}/") for each in self.hosts if "://" in each):
            return True
        named = any(host == each or (each.startswith(".") and host.endswith(each)) for each in self.hosts)
        return address.scheme == "https" and address.port in (None, 443) and named

    async def push(self, subscription: Subscription, message: bytes, now: datetime, ttl_s: int) -> bool:
        """Return whether the push service took it; whether a person saw it, only their answer tells."""
        if not self.allows(subscription.endpoint):
            return False
        try:
            body = encrypted(subscription.keys, message, ec.generate_private_key(CURVE), os.urandom(SALT))
        except (ValueError, InvalidKey):
            log.warning("a person's push subscription has no usable key")
            return False
        head = {
            "Authorization": f"vapid t={self._token(subscription.endpoint, now)}, k={self.public}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(ttl_s),
            "Urgency": "high",
        }
        try:
            async with (
                asyncio.timeout(SENT_WITHIN_S),
                httpx.AsyncClient(timeout=SENT_WITHIN_S, follow_redirects=False) as client,
                client.stream("POST", subscription.endpoint, content=body, headers=head) as answer,
            ):
                taken = answer.is_success
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as failure:
            log.warning("a push service did not answer: %s", type(failure).__name__)
            return False
        if not taken:
            log.warning("a push service refused", extra={"status": answer.status_code})
        return taken

    def _token(self, endpoint: str, now: datetime) -> str:
        """Return the ES256 token of RFC 8292 for one push service."""
        address = urlsplit(endpoint)
        claims = {"aud": f"{address.scheme}://{address.netloc}", "exp": int((now + SIGNED_FOR).timestamp())}
        parts = ({"typ": "JWT", "alg": "ES256"}, {**claims, "sub": self.contact})
        signed = ".".join(_b64(msgspec.json.encode(each)) for each in parts)
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{_b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def sender_from(secret: str, hosts: tuple[str, ...], contact: str) -> PushSender:
    """Make the sender's key from an installation's secret: every process has the same."""
    drawn = int.from_bytes(_derived(secret.encode(), b"green channel", b"web push key", 48), "big")
    return PushSender(ec.derive_private_key(drawn % (ORDER - 1) + 1, CURVE), hosts, contact)


def encrypted(keys: PushKeys, message: bytes, ours: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """Return the body that only this browser can read: RFC 8291, one record of RFC 8188.

    Raises ``ValueError`` for keys that are none, or a message longer than one record.
    """
    if len(message) > RECORD - 103:  # RFC 8291, 4: header 86, tag 16, delimiter 1
        raise ValueError(f"{len(message)} bytes are more than one push")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _unb64(keys.p256dh))
    public = _point(ours.public_key())
    shared = ours.exchange(ec.ECDH(), theirs)
    info = b"WebPush: info\x00" + _point(theirs) + public
    secret = _derived(shared, _unb64(keys.auth), info, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
    sealed = AESGCM(key).encrypt(nonce, message + b"\x02", None)
    return salt + RECORD.to_bytes(4, "big") + bytes([len(public)]) + public + sealed


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
