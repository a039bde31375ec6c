import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

PINNED = re.compile(r"^[a-z0-9./-]+:\d[\w.\-]*$")
REQUIRED = re.compile(r"\$\{\w+:\?[^}]+\}")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|KEY")
URL_PASSWORD = re.compile(r"://[^/@:]*:([^@]+)@")
SERVICES = {"postgis", "redis", "desk", "standby", "gateway", "proxy"}
STATEFUL = SERVICES


@pytest.fixture(scope="module")
def compose(project_dir: Path) -> dict[str, Any]:
    loaded = yaml.safe_load((project_dir / "docker-compose.yml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def environments(compose: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (service, name, str(value))
        for service, settings in compose["services"].items()
        for name, value in settings.get("environment", {}).items()
    ]


def test_the_whole_topology_is_there(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == SERVICES


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_service_is_pinned_watched_and_comes_back(compose: dict[str, Any], service: str) -> None:
    settings = compose["services"][service]
    assert PINNED.match(settings["image"]), settings["image"]
    assert {"test", "interval", "timeout", "retries"} <= set(settings["healthcheck"])
    assert settings["restart"] == "unless-stopped"


def test_what_must_last_lies_on_named_volumes(compose: dict[str, Any]) -> None:
    for service in STATEFUL:
        mounted = [volume for volume in compose["services"][service]["volumes"] if isinstance(volume, str)]
        named = {volume.partition(":")[0] for volume in mounted} & set(compose["volumes"])
        assert named, f"{service} keeps nothing"


def test_no_secret_is_written_down_or_has_a_default(compose: dict[str, Any]) -> None:
    for service, name, value in environments(compose):
        if SECRET_NAME.search(name):
            assert REQUIRED.fullmatch(value), f"{service}: {name}"
        for password in URL_PASSWORD.findall(value):
            assert REQUIRED.fullmatch(password), f"{service}: {name}"


def test_only_the_proxy_can_be_reached_from_outside(compose: dict[str, Any]) -> None:
    open_services = {name for name, settings in compose["services"].items() if "ports" in settings}
    assert open_services == {"proxy"}
    assert compose["networks"]["inside"]["internal"] is True
    assert [name for name, settings in compose["services"].items() if settings["networks"] != ["inside"]] == ["proxy"]


def test_the_program_runs_without_rights_it_does_not_need(compose: dict[str, Any]) -> None:
    for service in ("desk", "standby", "gateway"):
        settings = compose["services"][service]
        assert settings["read_only"] is True
        assert settings["cap_drop"] == ["ALL"]
        assert settings["security_opt"] == ["no-new-privileges:true"]


def test_desk_and_standby_differ_by_their_role_alone(compose: dict[str, Any]) -> None:
    desk, standby = (dict(compose["services"][name]) for name in ("desk", "standby"))
    roles = [dict(settings.pop("environment")) for settings in (desk, standby)]
    assert desk == standby
    assert [role.pop("GREENCHANNEL_ROLE") for role in roles] == ["desk", "standby"]
    assert roles[0] == roles[1]


def test_a_gateway_has_its_own_volume_and_differs_from_the_desk_by_where_it_sends_commands(
    compose: dict[str, Any],
) -> None:
    desk, gateway = (dict(compose["services"][name]) for name in ("desk", "gateway"))
    environment, desks = dict(gateway.pop("environment")), dict(desk.pop("environment"))
    assert environment.pop("GREENCHANNEL_DESK_URL") == "http://desk:8120,http://standby:8120"
    assert (environment.pop("GREENCHANNEL_ROLE"), desks.pop("GREENCHANNEL_ROLE")) == ("gateway", "desk")
    assert environment == desks
    mounted = [dict(enumerate(each["volumes"])) for each in (desk, gateway)]
    assert [volumes.pop(0) for volumes in mounted] == ["data:/data", "gateway:/data"]
    assert mounted[0] == mounted[1]
    desk.pop("volumes"), gateway.pop("volumes")
    assert desk == gateway


def test_every_setting_is_one_the_program_knows(compose: dict[str, Any]) -> None:
    from dispatch.settings import settings_from  # noqa: PLC0415 - read late: only this test needs the program

    for role in ("desk", "standby", "gateway"):
        given = {
            name: REQUIRED.sub("x" * 43, value) for service, name, value in environments(compose) if service == role
        }
        settings = settings_from(given, {})
        known = {f"GREENCHANNEL_{name.upper()}" for name in settings.__dataclass_fields__}
        assert {name for name in given if name.startswith("GREENCHANNEL_")} <= known
        assert (settings.host, settings.port, settings.role) == ("0.0.0.0", 8120, role)  # noqa: S104 - in its container


def test_the_proxy_leads_to_whoever_can_serve_and_to_nothing_internal(
    compose: dict[str, Any], project_dir: Path
) -> None:
    text = (project_dir / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    upstreams = re.findall(r"\b(\w+):8120\b", text)
    assert upstreams == ["gateway", "desk", "standby"]
    assert "respond /internal/* 404" in text
    assert text.count("{") == text.count("}")
    assert "health_uri /healthz" in text
    used = set(re.findall(r"\{\$(\w+)\}", text))
    assert used == set(compose["services"]["proxy"]["environment"])


def test_docker_itself_accepts_the_file_where_it_is_installed(project_dir: Path, tmp_path: Path) -> None:
    docker = shutil.which("docker")
    has_compose = (
        docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0
    )
    variables = set(re.findall(r"\$\{(\w+)", (project_dir / "docker-compose.yml").read_text(encoding="utf-8")))
    assert "GREENCHANNEL_SITE" in variables
    if not docker or not has_compose:
        return
    filled = tmp_path / "filled.env"
    filled.write_text("".join(f"{name}=filled\n" for name in sorted(variables)), encoding="ascii")
    command = [docker, "compose", "--env-file", str(filled), "config", "--quiet"]
    finished = subprocess.run(command, cwd=project_dir, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
