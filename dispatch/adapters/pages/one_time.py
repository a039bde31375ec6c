"""Give a person without an account their page: its token, its address, and what carries it (text message, QR code)."""

import asyncio
import hashlib
import io
import secrets
from typing import Literal

import segno
from fastapi import Request
from pydantic import BaseModel

from dispatch.adapters.parts import Parts
from dispatch.texts_catalogue import text

TOKEN_BYTES = 16  # 128 bits: nobody guesses one of ten thousand


class PageMade(BaseModel):
    """A page's address, once: to scan or to send."""

    url: str
    expires_at: str
    qr_svg: str


class PageSent(PageMade):
    """The same, and whether it has gone out as a text message."""

    message: Literal["sent", "failed", "none"]


def fresh_token() -> str:
    """Return a token that nobody has had."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def page_url(parts: Parts, request: Request, page: str, token: str) -> str:
    """Return the address of a page; behind the # no server, proxy or log ever sees the token."""
    return f"{parts.link_url or str(request.base_url).rstrip('/')}/{page}/#{token}"


async def drawn_qr(url: str) -> str:
    """Return an address as a QR code in SVG."""
    return await asyncio.to_thread(_drawn, url)


async def sent_as_text(parts: Parts, number: str | None, code: str, language: Literal["zh", "en"], url: str) -> str:
    """Send the address in the words of ``code``; return whether it went: sent, failed, none."""
    said = text(code)
    return await parts.text_messages.send(number, (said.zh if language == "zh" else said.en).replace("{url}", url))


def _drawn(url: str) -> str:
    drawn = io.BytesIO()
    segno.make(url, error="m").save(drawn, kind="svg", scale=4, border=2, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()
