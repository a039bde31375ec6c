"""`make secrets`: write random passwords for the production set-up, once."""

import os
import secrets

from tools.paths import ROOT
from tools.say import say

FILE = ROOT / "deploy" / "secrets.env"
SECRETS = ("DATABASE_PASSWORD", "REDIS_PASSWORD", "GATEWAY_SECRET", "PUSH_SECRET")
NAMES = tuple(f"GREENCHANNEL_{each}" for each in SECRETS)


def write() -> int:
    """Write the file readable by its owner alone; an existing one is never touched."""
    try:
        descriptor = os.open(FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        say(f"{FILE.relative_to(ROOT)} is there already and stays as it is")
        return 0
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.writelines(f"{name}={secrets.token_urlsafe(32)}\n" for name in NAMES)
    say(f"wrote {FILE.relative_to(ROOT)}; keep a copy where you keep your keys")
    return 0
