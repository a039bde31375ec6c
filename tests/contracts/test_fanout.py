"""What every fan-out promises, inside one process and between several."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from uuid import uuid4

import pytest

from dispatch.adapters.journal.wakeups import JournalWakeUps, wake_on_news
from dispatch.adapters.live.fanout_local import LocalFanout
from dispatch.adapters.live.fanout_redis import RedisFanout
from dispatch.ports import Fanout, Head, Lost, Message, Subscription
from dispatch.terminal.local_servers import RedisServer

Pair = tuple[Fanout, Fanout]
WITHIN_S = 60


@pytest.fixture(params=["local", pytest.param("redis", marks=pytest.mark.servers)])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    """Return the fan-outs of a publishing and of a listening process; locally they are the same."""
    if request.param == "local":
        only = LocalFanout()
        yield only, only
        await only.close()
        return
    url, city = request.getfixturevalue("redis_server").url, uuid4().hex
    here, there = RedisFanout(url, city), RedisFanout(url, city)
    yield here, there
    await here.close()
    await there.close()


async def take(subscription: Subscription, count: int) -> list[Message | Lost]:
    """Return the next things that a subscriber sees."""
    seen: list[Message | Lost] = []
    async with asyncio.timeout(WITHIN_S):
        async for thing in subscription:
            seen.append(thing)
            if len(seen) == count:
                return seen
    return seen


async def test_messages_arrive_in_order_at_everybody_who_subscribed_before(pair: Pair) -> None:
    publishing, listening = pair
    first, second = await listening.subscribe(["a", "b"]), await publishing.subscribe(["b"])
    for topic, body in (("a", b"1"), ("b", b"2"), ("c", b"3"), ("b", b"\x00\xff")):
        await publishing.publish(topic, body)
    assert await take(first, 3) == [Message("a", b"1"), Message("b", b"2"), Message("b", b"\x00\xff")]
    assert await take(second, 2) == [Message("b", b"2"), Message("b", b"\x00\xff")]


async def test_what_was_published_before_is_not_delivered_to_a_first_subscriber(pair: Pair) -> None:
    publishing, listening = pair
    await publishing.publish("a", b"old")
    subscription = await listening.subscribe(["a"])
    await publishing.publish("a", b"new")
    assert await take(subscription, 1) == [Message("a", b"new")]


async def test_a_slow_subscriber_loses_the_oldest_and_is_told(pair: Pair) -> None:
    publishing, listening = pair
    slow, quick = await listening.subscribe(["a"], queue_max=3), await listening.subscribe(["a"])
    for number in range(10):
        await publishing.publish("a", b"%d" % number)
    assert len(await take(quick, 10)) == 10
    assert await take(slow, 4) == [Lost(7), Message("a", b"7"), Message("a", b"8"), Message("a", b"9")]


async def test_a_closed_subscription_ends_and_takes_nothing(pair: Pair) -> None:
    publishing, listening = pair
    subscription = await listening.subscribe(["a"])
    reading = asyncio.create_task(take(subscription, 1))
    await asyncio.sleep(0)
    await subscription.close()
    assert await reading == []
    await publishing.publish("a", b"1")
    assert await take(subscription, 1) == []


async def test_a_listener_hears_what_a_subscriber_sees_until_it_ends(pair: Pair) -> None:
    publishing, listening = pair
    heard: list[Message | Lost] = []
    end = await listening.listen(["a", "b"], heard.append)
    subscription = await listening.subscribe(["a", "b"])
    for number in range(20):
        topic, body = "abc"[number % 3], b"%d" % number
        if not publishing.publish_now(topic, body):
            await publishing.publish(topic, body)
    assert await take(subscription, 14) == heard
    end()
    await publishing.publish("a", b"later")
    assert await take(subscription, 1) == [Message("a", b"later")]
    assert len(heard) == 14


async def test_closing_the_fanout_ends_every_iteration(pair: Pair) -> None:
    subscription = await pair[1].subscribe(["a"])
    reading = asyncio.create_task(take(subscription, 1))
    await asyncio.sleep(0)
    await pair[1].close()
    assert await reading == []


async def test_a_queue_without_room_is_refused(pair: Pair) -> None:
    with pytest.raises(ValueError, match="at least one"):
        await pair[1].subscribe(["a"], queue_max=0)


async def test_a_thousand_messages_on_random_topics_equal_a_plain_filter(pair: Pair) -> None:
    publishing, listening = pair
    random_source = random.Random(20260306)
    topics = [f"t{number}" for number in range(12)]
    wanted = [random_source.sample(topics, random_source.randint(1, 6)) for _ in range(8)]
    subscriptions = [await listening.subscribe(each, queue_max=2000) for each in wanted]
    sent = [Message(random_source.choice(topics), b"%d" % number) for number in range(1000)]
    for message in sent:
        await publishing.publish(message.topic, message.body)
    for each, subscription in zip(wanted, subscriptions, strict=True):
        expected = [message for message in sent if message.topic in each]
        assert await take(subscription, len(expected)) == expected, "seed 20260306"


async def test_followers_are_woken_by_durable_batches_and_never_per_fact(pair: Pair) -> None:
    publishing, listening = pair
    woken = asyncio.Event()
    waking = asyncio.create_task(wake_on_news(listening, woken))
    telling = JournalWakeUps(publishing)
    async with asyncio.timeout(WITHIN_S):
        await woken.wait()  # it listens now
        woken.clear()
        await asyncio.gather(*(asyncio.to_thread(telling, Head(seq, b"")) for seq in range(1, 50)))
        await woken.wait()
    await telling.close()
    waking.cancel()
    with suppress(asyncio.CancelledError):
        await waking


@pytest.mark.servers
async def test_an_outage_of_redis_is_survived_and_told(redis_server: RedisServer) -> None:
    assert redis_server.url, "Redis is installed; this test kills one of its own"
    with RedisServer() as server:
        here, there = RedisFanout(server.url, "c"), RedisFanout(server.url, "c")
        subscription = await there.subscribe(["a"])
        await here.publish("a", b"before")
        assert await take(subscription, 1) == [Message("a", b"before")]
        await asyncio.to_thread(server.kill9)
        await here.publish("a", b"into the void")
        await asyncio.to_thread(server.start)
        seen: list[Message | Lost] = []
        reading = asyncio.create_task(note_all(subscription, seen.append))

        async with asyncio.timeout(WITHIN_S):
            while Message("a", b"after") not in seen:
                await here.publish("a", b"after")
                await asyncio.sleep(0.01)
        assert seen[0] == Lost(None)
        assert Message("a", b"into the void") not in seen
        await there.close()
        await reading
        await here.close()


async def note_all(subscription: Subscription, note: Callable[[Message | Lost], None]) -> None:
    """Pass on everything a subscriber sees."""
    async for thing in subscription:
        note(thing)


@pytest.mark.servers
async def test_messages_that_redis_trimmed_away_are_missed_by_number(redis_server: RedisServer) -> None:
    here, there = RedisFanout(redis_server.url, "trim", stream_max=1), RedisFanout(redis_server.url, "trim")
    subscription = await there.subscribe(["a"])
    await here.publish("a", b"1")
    assert await take(subscription, 1) == [Message("a", b"1")]
    there._deliver(b"9999999999999-0", {b"n": b"7", b"t": b"a", b"b": b"7"})
    assert await take(subscription, 2) == [Lost(None), Message("a", b"7")]
    await here.close()
    await there.close()


@pytest.mark.servers
async def test_a_publisher_that_was_cut_off_admits_it(redis_server: RedisServer) -> None:
    city = uuid4().hex
    with RedisServer() as server:
        away, there = RedisFanout(server.url, city), RedisFanout(redis_server.url, city)
        subscription = await there.subscribe(["a"])
        await asyncio.to_thread(server.kill9)
        await away.publish("a", b"lost")
        away._redis = RedisFanout(redis_server.url, city)._redis
        await away.publish("a", b"next")
        assert await take(subscription, 2) == [Lost(None), Message("a", b"next")]
        await away.close()
        await there.close()
