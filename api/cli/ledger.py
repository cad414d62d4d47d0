"""Commands on the ledger and its read tables."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.opening import opened
from api.cli.output import say
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.rebuild import rebuild as rebuild_tables
from waste_trace.settings import Settings

ledger = typer.Typer(help="台账 the ledger", no_args_is_help=True)


@ledger.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="新的空文件夹 a new, empty folder")],
    keys: Annotated[Path | None, typer.Option(help="另存公钥 write the public keys here")] = None,
) -> None:
    """导出审计包。 Write the audit bundle."""
    with opened() as deployment:
        export_bundle(deployment, folder)
        if keys:
            deployment.write_public_keys(keys)
    say(f"审计包 audit bundle: {folder}")


def rebuild() -> None:
    """由台账重建读表。 Rebuild the read tables from the ledger."""
    with opened() as deployment:
        size = rebuild_tables(deployment, lambda done, size: say(f"· {done}/{size}"))
    say(f"已由 {size} 条重建 rebuilt from {size} entries")


def settings() -> None:
    """列出全部设置。 Every setting, its value's default and its reason."""
    for name, field in Settings.model_fields.items():
        typer.echo(f"WASTE_TRACE_{name.upper()} = {field.default!s}")
        typer.echo(f"    {field.description}")
