"""The simulated day asks again while its server is away: what would otherwise end the whole day."""

import asyncio

import pytest

from dispatch.simulation import client
from dispatch.simulation.client import Server
from dispatch.simulation.exchange import signing
from dispatch.terminal.local_servers import free_port
from tests.client.answering import answering

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 41\r\n\r\n{"results": [{"ids": {"call_id": "C1"}}]}'
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


async def test_a_line_that_rings_while_the_server_is_away_is_told_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "RETRY_S", 0.01)
    answers = [b"", BUSY, ANSWER]  # hangs up in the middle, is busy, is there
    bodies: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        bodies.append(await reader.readexactly(length))
        writer.write(answers.pop(0))
        await writer.drain()

    port = free_port()
    server = Server(f"http://127.0.0.1:{port}")
    ringing = asyncio.create_task(signing(server, "secret").ring("13900000000"))
    await asyncio.wait({ringing}, timeout=0.05)  # nobody listens yet
    assert not ringing.done()
    async with answering(answer, port):
        _, ids = await ringing
        await server.close()
    assert ids == {"call_id": "C1"}
    assert len(bodies) == 3
    assert len(set(bodies)) == 1  # the same event id every time


async def test_all_simulated_people_together_ask_a_few_things_at_once() -> None:
    asking, most = 0, 0
    full, go_on = asyncio.Event(), asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asking, most
        while (await reader.read(4_096)).endswith(b"\r\n\r\n"):
            asking += 1
            most = max(most, asking)
            if asking == client.AT_ONCE:
                full.set()
            await go_on.wait()
            asking -= 1
            writer.write(ANSWER)

    async with answering(answer) as url:
        server = Server(url)
        asked = [asyncio.create_task(server.ask("GET", "/api/city")) for _ in range(3 * client.AT_ONCE)]
        await full.wait()
        go_on.set()
        assert all(each.is_success for each in await asyncio.gather(*asked))
        await server.close()
    assert most == client.AT_ONCE
