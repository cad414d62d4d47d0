"""Commands that are imported when they are called: a program that starts slowly is not scripted."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup


def lazy_group(places: Mapping[str, str]) -> type[TyperGroup]:
    """A group of commands.

    Args:
        places: by name of the command, "module:attribute" of the function or `typer.Typer` that it
            is; in the order of the help.
    """

    class LazyGroup(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            return list(places)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            if cmd_name not in places:
                return None
            if cmd_name not in self.commands:
                self.commands[cmd_name] = _loaded(cmd_name, places[cmd_name])
            return self.commands[cmd_name]

    return LazyGroup


def _loaded(name: str, place: str) -> Any:  # the command class that typer brings is its own
    module, _, attribute = place.partition(":")
    found = getattr(import_module(module), attribute)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(name)(found)
        found = alone
    command = typer.main.get_command(found)
    command.name = name
    return command
