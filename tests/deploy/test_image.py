import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

INSTRUCTION = re.compile(r"^([A-Z]+) (.*(?:\\\n.*)*)", re.MULTILINE)


@pytest.fixture(scope="module")
def instructions(project_dir: Path) -> list[tuple[str, str]]:
    text = (project_dir / "Dockerfile").read_text(encoding="utf-8")
    return INSTRUCTION.findall(re.sub(r"\\\n", " ", text))


def test_every_base_is_pinned(instructions: list[tuple[str, str]]) -> None:
    bases = [rest.split()[0] for word, rest in instructions if word == "FROM"]
    assert len(bases) == 3
    assert [base for base in bases if not re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+-[\w-]+", base)] == []


def test_what_is_copied_is_there(instructions: list[tuple[str, str]], project_dir: Path) -> None:
    copied = [rest.split()[:-1] for word, rest in instructions if word == "COPY" and "--from" not in rest]
    sources = [source for sources in copied for source in sources]
    assert len(sources) > 5
    assert [source for source in sources if not (project_dir / source).exists()] == []


def test_it_runs_as_nobody_special_and_holds_no_secret(instructions: list[tuple[str, str]]) -> None:
    words = [word for word, _ in instructions]
    assert dict(instructions)["USER"] == "greenchannel"
    assert words.index("USER") < words.index("CMD")
    assert not any(re.search("PASSWORD|SECRET|TOKEN", rest) for word, rest in instructions if word in {"ENV", "ARG"})


@pytest.mark.parametrize(("status", "well"), [(200, True), (503, True), (500, False), (None, False)])
def test_the_health_check_tells_an_answer_from_none(project_dir: Path, status: int | None, *, well: bool) -> None:
    script = (project_dir / "deploy" / "answers.py").read_text(encoding="utf-8")

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status or 0)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class named it
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        port = server.server_port
        if status is None:
            server.server_close()
        else:
            Thread(target=server.handle_request, daemon=True).start()
        finished = subprocess.run([sys.executable, "-c", script.replace("8120", str(port))], check=False)
    assert (finished.returncode == 0) == well
