"""deploy/ says what the code says: the same settings and defaults, the same packages, commands that exist.

That the README lists every setting is a promise of tests/config/test_environment.py.
"""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from config.environment import ROOT, read_environment
from config.variables import SETTINGS

DEPLOY = ROOT / "deploy"
COMPOSE = (DEPLOY / "compose.yaml").read_text()
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "plumbline"}
LEFT_OUT = {
    "DEBUG": "never in production",
    "PLUMBLINE_POSTGRES_BIN": "nothing is started in DATA_DIR there",
    "PLUMBLINE_VALKEY_SERVER": "nothing is started in DATA_DIR there",
}
"""Settings deploy/ names nowhere, and why."""
NOT_SETTINGS = {"PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "DJANGO_SETTINGS_MODULE"}
"""What the image sets beside settings."""
_REFERENCE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<how>[-?])(?P<rest>[^}]*))?\}")


def _example() -> dict[str, str]:
    lines = (DEPLOY / "example.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _image_variables() -> dict[str, str]:
    """What the Dockerfile's ENV sets."""
    [block] = re.findall(r"^ENV ((?:.*\\\n)*.*)$", DOCKERFILE, flags=re.MULTILINE)
    return dict(word.split("=", 1) for word in block.replace("\\\n", " ").split())


def _filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with its references replaced, as Compose does it: an empty variable counts as absent."""

    def value(found: re.Match[str]) -> str:
        given = values.get(found["name"], "")
        if not given and found["how"] == "?":
            raise LookupError(f"{found['name']} is missing: {found['rest']}")
        return given or (found["rest"] if found["how"] == "-" else "")

    return _REFERENCE.sub(value, text)


def _variables(service: Mapping[str, Any]) -> dict[str, str]:
    """What a process of ours sees that is started with example.env."""
    given = {name: _filled(str(text), _example()) for name, text in service["environment"].items()}
    return {name: text for name, text in (_image_variables() | given).items() if name not in NOT_SETTINGS}


def _words(service: Mapping[str, Any]) -> list[str]:
    """The command of a service of ours; the image's own where it names none."""
    if "command" in service:
        return [_filled(word, {}) for word in service["command"]]
    [command] = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, flags=re.MULTILINE)
    return list(json.loads(command))


def _commands(words: list[str]) -> Iterator[list[str]]:
    """One command, or those of a shell line joined by &&."""
    if words[:2] == ["sh", "-c"]:
        for command in words[2].split("&&"):
            yield shlex.split(command)
    else:
        yield words


def test_deploy_and_the_settings_name_the_same_variables() -> None:
    named = {name for service in OURS.values() for name in service["environment"]}
    named |= _image_variables().keys() - NOT_SETTINGS
    named |= {"PORT"} & {found["name"] for found in _REFERENCE.finditer(COMPOSE)}
    assert named | LEFT_OUT.keys() == {setting.name for setting in SETTINGS}
    assert not named & LEFT_OUT.keys()


def test_a_default_in_compose_is_the_settings_own() -> None:
    known = {setting.name: setting.default for setting in SETTINGS}
    given = {(found["name"], found["rest"]) for found in _REFERENCE.finditer(COMPOSE) if found["how"] == "-"}
    assert len(given) > 10
    assert [(name, text) for name, text in given if known[name] is not None and known[name] != text] == []


def test_the_example_holds_what_compose_asks_for_and_nothing_unknown() -> None:
    references = list(_REFERENCE.finditer(COMPOSE))
    asked = {found["name"] for found in references if found["how"] == "?"}
    assert asked <= _example().keys()
    assert _example().keys() <= {found["name"] for found in references}


@pytest.mark.parametrize("name", OURS)
def test_the_example_gives_every_process_an_environment_without_faults(name: str, tmp_path: Path) -> None:
    given = read_environment(_variables(OURS[name]) | {"DATA_DIR": str(tmp_path)})
    assert given.database is not None
    assert given.redis_url is not None
    assert given.storage.scheme == "s3"
    assert given.bind == "0.0.0.0"  # noqa: S104 - inside a container
    assert not given.debug


def test_only_migrations_know_the_owners_role() -> None:
    assert [name for name, service in OURS.items() if "DATABASE_OWNER_URL" in service["environment"]] == ["migrate"]
    for name, service in OURS.items():
        if name != "migrate":
            assert "OWNER" not in json.dumps(service), name


def test_every_process_waits_for_the_migrations() -> None:
    for name, service in OURS.items():
        waits = "migrate" if name != "migrate" else "postgres"
        assert waits in service["depends_on"], name


def test_the_storages_identity_is_that_of_the_example() -> None:
    [identity] = json.loads((DEPLOY / "s3.json").read_text())["identities"]
    [credentials] = identity["credentials"]
    storage = read_environment(_variables(OURS["web"])).storage
    assert (credentials["accessKey"], credentials["secretKey"]) == (storage.access_key, storage.secret_key)
    assert {action.partition(":")[2] for action in identity["actions"]} == {storage.bucket}


@pytest.mark.parametrize("name", OURS)
def test_every_command_of_ours_exists(name: str) -> None:
    for words in _commands(_words(OURS[name])):
        match words:
            case ["python", script, command, *_]:
                assert (ROOT / script).is_file()
                assert command in get_commands()
            case ["celery", application, ("worker" | "beat"), *_]:
                assert find_spec(application.removeprefix("--app=")) is not None
            case ["gunicorn", "--config", config, application]:
                assert find_spec(config.removeprefix("python:")) is not None
                assert find_spec(application.partition(":")[0]) is not None
            case _:
                pytest.fail(f"{words} is no command known here")


def test_every_file_service_and_volume_that_compose_names_is_there() -> None:
    volumes = yaml.safe_load(COMPOSE)["volumes"]
    for name, service in SERVICES.items():
        for mount in service.get("volumes", ()):
            source = mount.partition(":")[0]
            assert (DEPLOY / source).is_file() if source.startswith(".") else source in volumes, mount
        assert set(service.get("depends_on", ())) <= SERVICES.keys(), name


def test_the_image_has_the_packages_the_start_script_sees_to() -> None:
    script = (ROOT / "plumbline").read_text()
    lists = re.findall(r"^(?:libraries|fonts|programs)=\(\n(.*?)^\)", script, flags=re.MULTILINE | re.DOTALL)
    wanted = {entry.strip(' "').rpartition(":")[2] for entries in lists for entry in entries.splitlines()}
    installed = DOCKERFILE.partition("--no-install-recommends")[2].partition("&&")[0].replace("\\\n", " ").split()
    assert len(wanted) > 8
    assert set(installed) == wanted | {"fontconfig"}


def test_the_images_python_is_new_enough() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    versions = re.findall(r"^FROM python:(\d+)\.(\d+)-", DOCKERFILE, flags=re.MULTILINE)
    assert len(set(versions)) == 1
    assert tuple(map(int, versions[0])) >= tuple(map(int, wanted.split(".")))


def test_the_readme_of_deploy_lists_its_files() -> None:
    listed = re.findall(r"^\| `([\w./-]+)` \|", (DEPLOY / "README.md").read_text(), flags=re.MULTILINE)
    files = [path.relative_to(DEPLOY) for path in DEPLOY.rglob("*") if path.is_file()]
    there = {str(path) for path in files if path.parts[0] != "pictures"} - {"README.md", ".env"}
    assert there == set(listed)
