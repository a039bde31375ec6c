"""A peer of ``bench live``: a relay that passes frames on and keeps nothing."""

from collections import defaultdict
from typing import Any

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

displays: dict[str, set[WebSocket]] = defaultdict(set)


async def display(socket: WebSocket) -> None:
    """Let a display of a group listen until it leaves."""
    await socket.accept()
    group = displays[socket.path_params["group"]]
    group.add(socket)
    try:
        await socket.receive_text()
    except WebSocketDisconnect:
        group.discard(socket)


async def tablet(socket: WebSocket) -> None:
    """Pass a tablet's frames on to its group, as they came."""
    await socket.accept()
    group = displays[socket.path_params["group"]]
    while True:
        message: dict[str, Any] = dict(await socket.receive())
        if message["type"] == "websocket.disconnect":
            return
        for each in tuple(group):
            await each.send({**message, "type": "websocket.send"})


app = Starlette(routes=[WebSocketRoute("/display/{group}", display), WebSocketRoute("/tablet/{group}", tablet)])
