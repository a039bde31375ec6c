"""Where things lie in a clone. Nothing outside it is written."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
GREENCHANNEL = VENV / "bin" / "greenchannel"
CACHE = ROOT / ".cache"
VAR = ROOT / "var"
WEB = ROOT / "web"
DIST = WEB / "dist"
TEXTS = ROOT / "dispatch" / "texts"
