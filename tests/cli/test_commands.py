"""Commands stand where the program looks for them, and nothing is imported that is not called."""

import subprocess
import sys

import pytest
from typer.main import get_command

from api.cli.main import COMMANDS, app


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_where_it_is_looked_for(name: str) -> None:
    found = get_command(app).get_command(None, name)  # type: ignore[attr-defined]
    assert found.name == name
    assert found.help


def test_a_bundle_is_verified_without_the_server_or_a_database() -> None:
    code = (
        "import sys; from api.cli.main import app; from typer.main import get_command;"
        "get_command(app).get_command(None, 'verify'); print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"fastapi", "sqlalchemy", "cv2"} & set(loaded) == set()
