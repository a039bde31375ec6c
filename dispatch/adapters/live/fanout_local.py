"""Fan-out inside one process, and the bounded queue that every fan-out gives its subscribers."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence

from dispatch.ports import Lost, Message


class BoundedSubscription:
    """Implement ``dispatch.ports.Subscription``: a queue of the newest messages that knows what it dropped.

    Filled and read on one event loop.
    """

    def __init__(self, topics: Sequence[str], queue_max: int) -> None:
        if queue_max < 1:
            raise ValueError("a queue holds at least one message")
        self._topics = frozenset(topics)
        self._queue: deque[Message] = deque()
        self._queue_max = queue_max
        self._lost = 0
        self._lost_uncounted = False
        self._closed = False
        self._changed = asyncio.Event()

    def offer(self, message: Message) -> None:
        """Queue a message of a subscribed topic; a full queue lets its oldest go."""
        if message.topic not in self._topics or self._closed:
            return
        if len(self._queue) >= self._queue_max:
            self._queue.popleft()
            self._lost += 1
        self._queue.append(message)
        self._changed.set()

    def lose(self) -> None:
        """Note that messages were lost before they came here; what is queued is older and no longer continues."""
        self._lost += len(self._queue)
        self._queue.clear()
        self._lost_uncounted = True
        self._changed.set()

    async def __aiter__(self) -> AsyncIterator[Message | Lost]:
        """Iterate until closed; what was dropped is told in the place where it is missing."""
        while not self._closed:
            if self._lost or self._lost_uncounted:
                lost = Lost(None if self._lost_uncounted else self._lost)
                self._lost, self._lost_uncounted = 0, False
                yield lost
                continue
            if self._queue:
                yield self._queue.popleft()
                continue
            self._changed.clear()
            await self._changed.wait()

    async def close(self) -> None:
        """End the iteration and let the queue go."""
        self._closed = True
        self._queue.clear()
        self._changed.set()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._closed


class LocalFanout:
    """Implement ``dispatch.ports.Fanout`` for a city that lives in one process."""

    def __init__(self) -> None:
        self._subscriptions: list[BoundedSubscription] = []

    async def publish(self, topic: str, body: bytes) -> None:
        """Put the message into every queue."""
        message = Message(topic, body)
        self._subscriptions = [each for each in self._subscriptions if not each.closed]
        for subscription in self._subscriptions:
            subscription.offer(message)

    async def subscribe(self, topics: Sequence[str], queue_max: int = 256) -> BoundedSubscription:
        """Listen from this moment on."""
        subscription = BoundedSubscription(topics, queue_max)
        self._subscriptions.append(subscription)
        return subscription

    async def close(self) -> None:
        """End all subscriptions."""
        for subscription in self._subscriptions:
            await subscription.close()
        self._subscriptions.clear()
