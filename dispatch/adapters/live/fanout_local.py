"""Fan-out inside one process, and the bounded queue that every fan-out gives its subscribers."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

from dispatch.ports import Lost, Message


class Listener:
    """Pass messages of some topics on as they come."""

    def __init__(self, topics: Sequence[str], hear: Callable[[Message | Lost], None]) -> None:
        self._topics = frozenset(topics)
        self._hear = hear
        self.closed = False

    def offer(self, message: Message) -> None:
        """Pass on a message of a topic that is listened to."""
        if message.topic in self._topics and not self.closed:
            self._hear(message)

    def lose(self) -> None:
        """Note that messages were lost before they came here."""
        if not self.closed:
            self._hear(Lost(None))

    async def close(self) -> None:
        """Pass nothing more on."""
        self.end()

    def end(self) -> None:
        """Do the same at once."""
        self.closed = True


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
        self._subscriptions: list[BoundedSubscription | Listener] = []

    async def publish(self, topic: str, body: bytes) -> None:
        """Give the message to everybody who listens."""
        self.publish_now(topic, body)

    def publish_now(self, topic: str, body: bytes) -> bool:
        """Do the same; here nobody has to be waited for."""
        message = Message(topic, body)
        for subscription in tuple(self._subscriptions):
            subscription.offer(message)
        return True

    async def subscribe(self, topics: Sequence[str], queue_max: int = 256) -> BoundedSubscription:
        """Listen from this moment on."""
        subscription = BoundedSubscription(topics, queue_max)
        self._add(subscription)
        return subscription

    async def listen(self, topics: Sequence[str], hear: Callable[[Message | Lost], None]) -> Callable[[], None]:
        """Pass on from this moment."""
        listener = Listener(topics, hear)
        self._add(listener)
        return listener.end

    def _add(self, subscription: BoundedSubscription | Listener) -> None:
        self._subscriptions = [*(each for each in self._subscriptions if not each.closed), subscription]

    async def close(self) -> None:
        """End all subscriptions."""
        for subscription in self._subscriptions:
            await subscription.close()
        self._subscriptions.clear()
