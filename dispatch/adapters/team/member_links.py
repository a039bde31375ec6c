"""The link of one person: sealed under their own key, so that every process of the city can read it and nobody make it.

It ends by its time, when the person leaves the list, and when their key is destroyed.
"""

from datetime import datetime

from dispatch.adapters.journal.sealing import MARK, SealBroken
from dispatch.ports import Keyring

WORD = "member-link"  # no other sealed words of a person begin like this


def link_token(keyring: Keyring, member_id: str, until: datetime) -> str:
    """Return what opens a person's page until a minute; blocks while the key is fetched."""
    sealed = keyring.seal(f"member:{member_id}", f"{WORD} {until.isoformat()}")
    return f"{member_id}.{sealed.rpartition('|')[2]}"


def member_of(keyring: Keyring, token: str, now: datetime) -> str | None:
    """Return whose page a token opens, None when it opens none; blocks. Ask only for people who are on the list."""
    member_id, _, sealed = token.partition(".")
    try:
        words = keyring.open(f"{MARK}|member:{member_id}|{sealed}")
    except SealBroken:
        return None
    word, _, until = (words or "").partition(" ")
    return member_id if word == WORD and now < datetime.fromisoformat(until) else None
