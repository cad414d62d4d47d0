"""The production shape's files agree with the product: real settings, real commands, real paths."""

import re
import tomllib
from pathlib import Path

import yaml

from waste_trace.settings import Settings

ROOT = Path(__file__).parents[2]
_PREFIX = "WASTE_TRACE_"


def _compose() -> dict[str, dict[str, dict[str, object]]]:
    value = yaml.safe_load((ROOT / "docker/compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(value, dict)
    return value


def test_every_setting_in_the_files_is_a_setting() -> None:
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    named = set()
    for name in ("docker/Dockerfile", "docker/compose.yaml", ".ci/set-up", "run"):
        named |= set(re.findall(r"WASTE_TRACE_[A-Z_]+", (ROOT / name).read_text(encoding="utf-8")))
    assert named - known == set()
    assert len(named & known) >= 8


def test_what_the_image_copies_is_there() -> None:
    text = (ROOT / "docker/Dockerfile").read_text(encoding="utf-8")
    copied = [
        path
        for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE)
        for path in line.split()[:-1]
    ]
    assert len(copied) >= 8
    assert [path for path in copied if not (ROOT / path).exists()] == []


def test_the_database_and_broker_are_those_that_the_product_takes() -> None:
    services = _compose()["services"]
    settings = services["server"]["environment"]
    assert isinstance(settings, dict)
    assert str(settings["WASTE_TRACE_DATABASE_URL"]).startswith("postgresql+psycopg://")
    assert str(settings["WASTE_TRACE_BROKER_URL"]).startswith("amqp://")
    assert str(settings["WASTE_TRACE_BLOB_URL"]).startswith("s3://")
    assert services["worker"]["environment"] == settings


def test_the_example_names_every_variable_that_compose_asks_for() -> None:
    compose = (ROOT / "docker/compose.yaml").read_text(encoding="utf-8")
    example = (ROOT / "docker/example.env").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{([A-Z0-9_]+)\}", compose))
    given = set(re.findall(r"^([A-Z0-9_]+)=", example, re.MULTILINE))
    assert asked == given


def test_the_program_that_the_image_starts_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["scripts"]["waste-trace"] == "api.cli.main:run"
