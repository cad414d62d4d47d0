"""``waste-trace catalogue``: look up the waste lists."""

from typing import Annotated

import typer

from waste_trace.catalogue.lookup import packaged
from waste_trace.catalogue.search import search
from waste_trace.codes.waste_code import WasteKind

catalogue = typer.Typer(help="废物名录 the waste catalogue", no_args_is_help=True)


@catalogue.command("search")
def find(
    words: Annotated[str, typer.Argument(help="代码、名称、拼音首字母 code, name, initials")],
    solid: Annotated[bool, typer.Option("--solid", help="一般固废 general solid waste")] = False,
) -> None:
    """查名录。 Search the list that is in use."""
    for entry in search(
        packaged().edition(WasteKind.SOLID if solid else WasteKind.HAZARDOUS), words
    ):
        hazards = "/".join(hazard.value for hazard in entry.hazards)
        typer.echo(f"{entry.code}  {entry.category:<5} {hazards:<8} {entry.description[:60]}")
