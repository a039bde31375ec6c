"""Fan-out between the processes of a city over one bounded Redis stream.

Redis is never the only copy of anything: what it loses is stored elsewhere, and subscribers are told that something is
missing. Every message carries a number from the same script that adds it, so a reader sees what trimming took; after
any lost connection, its own or a publisher's, subscribers hear ``Lost``. The hash tag ``{city}`` keeps a city's keys in
one slot of a Redis Cluster.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout

from dispatch.adapters.live.fanout_local import BoundedSubscription, Listener
from dispatch.ports import Lost, Message

STREAM_MAX = 20_000  # messages kept for readers that lag: some ten seconds of a large city
PAGE = 500
BLOCK_MS = 1_000
ANSWER_WITHIN_S = 5.0
BACK_OFF_FIRST_S, BACK_OFF_MAX_S = 0.05, 2.0
PUBLISHER_LOST = ""  # the topic by which a publisher admits that it could not publish for a while

# KEYS: counter, stream. ARGV: greatest length, topic, body. One script: number and message cannot come apart.
ADD = """
local number = redis.call('INCR', KEYS[1])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[1], '*', 'n', number, 't', ARGV[2], 'b', ARGV[3])
return number
"""

Entry = tuple[bytes, dict[bytes, bytes]]
log = logging.getLogger(__name__)


class RedisFanout:
    """Implement ``dispatch.ports.Fanout`` over Redis; reconnects by itself, publishing never raises for an outage."""

    def __init__(self, url: str, city: str, stream_max: int = STREAM_MAX) -> None:
        # No retry below us: a repeated XADD would publish twice, and the back-off here is our own.
        self._redis = Redis.from_url(
            url, socket_timeout=ANSWER_WITHIN_S, socket_connect_timeout=ANSWER_WITHIN_S, retry=Retry(NoBackoff(), 0)
        )
        self._counter = f"{{{city}}}:fanout:number"
        self._stream = f"{{{city}}}:fanout"
        self._stream_max = stream_max
        self._subscriptions: list[BoundedSubscription | Listener] = []
        self._reading: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        self._starting = asyncio.Lock()
        self._closing = asyncio.Event()
        self._admit_loss = False
        self._silent_until_s = 0.0
        self._last_id = b"0-0"
        self._last_number = 0

    async def publish(self, topic: str, body: bytes) -> None:
        """Send a message; when Redis cannot be reached, to this process alone, and admit the loss as soon as it can."""
        message = Message(topic, body)
        if time.monotonic() < self._silent_until_s:
            self._deliver_here(message)
            return
        try:
            if self._admit_loss:
                await self._add(PUBLISHER_LOST, b"")
                self._admit_loss = False
            await self._add(topic, body)
        except RedisError as error:
            if not self._admit_loss:
                log.warning("fan-out reaches this process alone: %s", error)
            self._admit_loss = True
            if isinstance(error, RedisTimeout):  # a silent network must not hold up every later message as well
                self._silent_until_s = time.monotonic() + BACK_OFF_MAX_S
            self._deliver_here(message)

    async def subscribe(self, topics: Sequence[str], queue_max: int = 256) -> BoundedSubscription:
        """Listen from this moment on; waits for the first connection, during an outage as long as it lasts."""
        await self._is_read(topics)
        subscription = BoundedSubscription(topics, queue_max)
        self._join(subscription)
        return subscription

    async def listen(self, topics: Sequence[str], hear: Callable[[Message | Lost], None]) -> Callable[[], None]:
        """Pass on from this moment; waits for the first connection, too."""
        await self._is_read(topics)
        listener = Listener(topics, hear)
        self._join(listener)
        return listener.end

    def publish_now(self, topic: str, body: bytes) -> bool:  # noqa: ARG002 - the port's arguments
        """Decline: Redis has to be waited for."""
        return False

    async def _is_read(self, topics: Sequence[str]) -> None:
        if PUBLISHER_LOST in topics:
            raise ValueError("a topic has a name")
        async with self._starting:
            if self._reading is None:
                self._reading = asyncio.create_task(self._read())
        await self._connected.wait()

    def _join(self, subscription: BoundedSubscription | Listener) -> None:
        self._subscriptions = [*(each for each in self._subscriptions if not each.closed), subscription]

    async def close(self) -> None:
        """End all subscriptions and give the connections back."""
        self._closing.set()
        # Cutting the connection ends a waiting read at once; cancelling it would wait for an answer first.
        await self._redis.connection_pool.disconnect(inuse_connections=True)
        if self._reading is not None:
            await self._reading
        await self._redis.aclose()

    async def _add(self, topic: str, body: bytes) -> None:
        await self._redis.eval(ADD, 2, self._counter, self._stream, self._stream_max, topic, body)

    async def _read(self) -> None:
        try:
            await self._read_for_ever()
        finally:  # nobody may wait for a reader that is gone: an iteration that ends is seen
            for subscription in self._subscriptions:
                await subscription.close()

    async def _read_for_ever(self) -> None:
        back_off_s = BACK_OFF_FIRST_S
        while not self._closing.is_set():
            try:
                await self._start_at_the_end()
                back_off_s = BACK_OFF_FIRST_S
                while not self._closing.is_set():
                    await self._read_page()
            except RedisError as error:
                self._connected.clear()
                if not self._closing.is_set():
                    log.warning("fan-out of %s is interrupted: %s", self._stream, error)
                # Not wait_for: in Python 3.11 it swallows a cancellation that meets the close.
                with suppress(TimeoutError):
                    async with asyncio.timeout(back_off_s):
                        await self._closing.wait()
                back_off_s = min(2 * back_off_s, BACK_OFF_MAX_S)

    async def _start_at_the_end(self) -> None:
        """Begin behind the newest message; whoever listened before has missed something."""
        newest = cast("list[Entry]", await self._redis.xrevrange(self._stream, count=1))
        self._last_id, self._last_number = (newest[0][0], int(newest[0][1][b"n"])) if newest else (b"0-0", 0)
        self._lose_all()
        self._connected.set()

    async def _read_page(self) -> None:
        answer = await self._redis.xread({self._stream: self._last_id}, count=PAGE, block=BLOCK_MS)
        streams = cast("list[tuple[bytes, list[Entry]]]", answer.items() if isinstance(answer, dict) else answer)
        for _, entries in streams or ():
            for entry in entries:
                self._deliver(*entry)

    def _deliver(self, entry_id: bytes, fields: dict[bytes, bytes]) -> None:
        number, topic = int(fields[b"n"]), fields[b"t"].decode()
        if number != self._last_number + 1 or topic == PUBLISHER_LOST:
            self._lose_all()
        self._last_id, self._last_number = entry_id, number
        self._deliver_here(Message(topic, fields[b"b"]))

    def _deliver_here(self, message: Message) -> None:
        for subscription in self._subscriptions:
            subscription.offer(message)

    def _lose_all(self) -> None:
        for subscription in self._subscriptions:
            subscription.lose()
