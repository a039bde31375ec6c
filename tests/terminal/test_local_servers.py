import socket

import psycopg
import pytest
import redis

from dispatch.terminal.local_servers import PostgresServer, RedisServer, free_port

pytestmark = pytest.mark.servers


def test_a_free_port_can_be_listened_on() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert port > 1023


def test_postgres_offers_postgis_in_a_database_with_an_awkward_name(postgres: PostgresServer) -> None:
    dsn = postgres.create_database("an awkward 名字/name")
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE EXTENSION postgis")
        answer = connection.execute("SELECT ST_AsText(ST_Point(116.4, 39.9))").fetchone()
    assert answer == ("POINT(116.4 39.9)",)


def test_postgres_wants_its_password(postgres: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://greenchannel:wrong@127.0.0.1:{postgres.port}/postgres")


def test_postgres_keeps_what_it_committed_when_it_is_killed() -> None:
    with PostgresServer() as server:
        with psycopg.connect(server.dsn()) as connection:
            connection.execute("CREATE TABLE said AS SELECT 'yes' AS word")
        server.kill9()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.dsn())
        server.start()
        with psycopg.connect(server.dsn()) as connection:
            assert connection.execute("SELECT word FROM said").fetchone() == ("yes",)
        folder = server.folder
    assert not folder.exists()


def test_postgres_says_why_it_did_not_start() -> None:
    with PostgresServer() as server:
        server.stop()
        with (
            socket.create_server(("127.0.0.1", server.port)),
            pytest.raises(RuntimeError, match="Address already in use"),
        ):
            server.start()


def test_redis_finds_its_append_only_file_after_a_kill() -> None:
    with RedisServer(appendfsync="always") as server:
        with redis.Redis.from_url(server.url) as client:
            client.set("said", "yes")
        server.kill9()
        server.start()
        with redis.Redis.from_url(server.url) as client:
            assert client.get("said") == b"yes"
        folder = server.folder
    assert not folder.exists()


def test_redis_wants_its_password(redis_server: RedisServer) -> None:
    with redis.Redis(port=redis_server.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()
