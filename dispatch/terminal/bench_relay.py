"""The peer of ``bench live``: a relay that passes frames on and keeps nothing."""

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

displays: set[WebSocket] = set()


async def display(socket: WebSocket) -> None:
    """Let a display listen until it leaves."""
    await socket.accept()
    displays.add(socket)
    try:
        await socket.receive_text()
    except WebSocketDisconnect:
        displays.discard(socket)


async def tablet(socket: WebSocket) -> None:
    """Pass a tablet's frames on."""
    await socket.accept()
    try:
        while True:
            frame = await socket.receive_text()
            for each in tuple(displays):
                await each.send_text(frame)
    except WebSocketDisconnect:
        return


app = Starlette(routes=[WebSocketRoute("/display", display), WebSocketRoute("/tablet", tablet)])
