"""Settings come from defaults, environment and options; the clock never runs backwards."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatch.adapters.clock import RunningClock
from dispatch.errors import BadInput
from dispatch.settings import settings_from
from tests.stepped_clock import SteppedClock

START = datetime(2026, 11, 21, tzinfo=UTC)


def test_what_is_given_wins_over_the_environment_and_that_over_the_defaults() -> None:
    environment = {
        "GREENCHANNEL_PORT": "9000",
        "GREENCHANNEL_HOST": "::1",
        "GREENCHANNEL_ORIGINS": "https://a,https://b",
    }
    settings = settings_from(environment, {"port": 9001, "host": None})
    assert (settings.port, settings.host, settings.origins) == (9001, "::1", ("https://a", "https://b"))
    assert settings.data == Path("data")


GATEWAY = {
    "GREENCHANNEL_ROLE": "gateway",
    "GREENCHANNEL_JOURNAL": "postgresql://db/city",
    "GREENCHANNEL_DESK_URL": "http://desk:8120,http://standby:8120",
    "GREENCHANNEL_GATEWAY_SECRET": "x" * 43,
}


def test_a_gateway_knows_desk_and_standby_and_shows_its_secret_to_nobody() -> None:
    settings = settings_from(GATEWAY, {})
    assert settings.desk_url == ("http://desk:8120", "http://standby:8120")
    assert "xxx" not in repr(settings)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"GREENCHANNEL_PORT": "many"}, "port"),
        ({"GREENCHANNEL_PORT": "70000"}, "port"),
        ({"GREENCHANNEL_CLOCK_SPEED": "0"}, "clock_speed"),
        ({"GREENCHANNEL_CLOCK_START": "yesterday"}, "clock_start"),
        ({"GREENCHANNEL_CLOCK_START": "2026-05-01T08:00:00"}, "clock_start"),
        ({"GREENCHANNEL_ROLE": "emperor"}, "role"),
        ({"GREENCHANNEL_ROLE": "standby"}, "a standby needs journal"),
        ({"GREENCHANNEL_ROLE": "gateway"}, "a gateway needs journal"),
        (GATEWAY | {"GREENCHANNEL_GATEWAY_SECRET": "short"}, "gateway_secret has fewer than 32"),
        (GATEWAY | {"GREENCHANNEL_DESK_URL": ""}, "desk_url"),
        (GATEWAY | {"GREENCHANNEL_CLOCK_SPEED": "4"}, "real time"),
        ({"GREENCHANNEL_DEMO": "true", "GREENCHANNEL_HOST": "10.0.0.1"}, "this machine only"),
    ],
)
def test_a_setting_that_cannot_work_is_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(BadInput, match=named):
        settings_from(environment, {})


def test_the_clock_runs_on_the_monotonic_clock_at_its_speed() -> None:
    real = [100.0]
    clock = RunningClock(START, 20.0, monotonic=lambda: real[0])
    assert clock.now() == START
    real[0] += 3
    assert clock.now() == START + timedelta(minutes=1)


def test_a_stepped_clock_stands_until_it_is_moved() -> None:
    clock = SteppedClock(START)
    assert clock.now() == START
    clock.advance(5)
    assert clock.now() == START + timedelta(seconds=5)
