"""Commands on the ledger and its read tables."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy.exc import OperationalError, ProgrammingError

from api.cli.opening import opened
from api.cli.output import INCOMPLETE, WRONG_USE, print_json, say
from waste_trace.ledger.reasons import EndingReason, Reason, RenewalReason
from waste_trace.ledger.verify_text import render
from waste_trace.services.check_ledger import check_ledger
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.export_partial import (
    export_container,
    export_manifest,
    export_organisation,
    period_of,
)
from waste_trace.services.rebuild import rebuild as rebuild_tables
from waste_trace.services.renew_key import RENEWABLE
from waste_trace.services.renew_key import renew_key as renew
from waste_trace.services.restore_ledger import begin_ledger, end_ledger
from waste_trace.settings import Settings

_EVERY_SECONDS = 2.0
_R = TypeVar("_R", bound=Reason)

ledger = typer.Typer(help="台账 the ledger", no_args_is_help=True)


def _one_of(kind: type[_R]) -> Callable[[str], _R]:
    """Reads a code of this kind; typer's own choices complain in English only."""

    def read(code: str) -> _R:
        for one in kind:
            if one == code:
                return one
        raise typer.BadParameter(
            f"“{code}”不是原因代码，可选： {', '.join(kind)} 。\n"
            f"{code!r} is no code of a reason. Choose one of these."
        )

    return read


def _why(kind: type[Reason]) -> str:
    """The help of an option whose code stands in the ledger, for everybody to read."""
    listed = "".join(f"\n\n{code.value}: {code.zh} {code.en}" for code in kind)
    return f"原因（公开） why, for everybody to read:{listed}"


@ledger.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="新的空文件夹 a new, empty folder")],
    keys: Annotated[Path | None, typer.Option(help="另存公钥 write the public keys here")] = None,
    container: Annotated[str, typer.Option(help="只含此容器 one container only")] = "",
    manifest: Annotated[str, typer.Option(help="只含此联单 one manifest only")] = "",
    org: Annotated[str, typer.Option(help="只含此单位（须给期间） one organisation")] = "",
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="首日 first day")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="末日 last day")
    ] = None,
) -> None:
    """导出审计包：全部，或一个容器、联单、单位与期间。 Write the audit bundle, whole or partial."""
    if sum(map(bool, (container, manifest, org))) > 1 or not _fits(org, first, last):
        say("✗ 容器、联单、单位只能选一；单位须同时给出 --from 与 --to。")
        say("  One of --container, --manifest, --org; --org needs --from and --to.")
        raise typer.Exit(WRONG_USE)
    with opened() as deployment:
        if container:
            export_container(deployment, container, folder)
        elif manifest:
            export_manifest(deployment, manifest, folder)
        elif first and last:
            period = period_of(first.date(), last.date())
            export_organisation(deployment, org, *period, folder)
        else:
            export_bundle(deployment, folder)
        if keys:
            deployment.write_public_keys(keys)
    say(f"审计包 audit bundle: {folder}")


@ledger.command("restore")
def restore(
    origin: Annotated[str, typer.Option("--as", help="新台账名称 name of the new ledger")],
    because: Annotated[
        EndingReason,
        typer.Option(parser=_one_of(EndingReason), metavar="CODE", help=_why(EndingReason)),
    ],
    into: Annotated[Path, typer.Option(help="新的数据文件夹 a new data folder")],
    database: Annotated[str, typer.Option(help="新的空数据库 a new, empty database")] = "",
    newest: Annotated[
        Path | None, typer.Option(help="他处留存的更新检查点 a newer checkpoint kept elsewhere")
    ] = None,
) -> None:
    """丢失条目或登记员密钥被盗时另立台账。 Go on under a new name: entries or key are lost."""
    settings = Settings()
    if into.exists() and any(into.iterdir()):
        say(f"✗ {into} 不是空文件夹。 It is not an empty folder.")
        raise typer.Exit(WRONG_USE)
    changed = {"data_dir": into, "database_url": database, "ledger_origin": origin,
               "witness_policy": ""}  # fmt: skip
    with opened(settings) as old:
        brought = newest.read_text("utf-8") if newest else None
        ended = end_ledger(old, into / "ended", because, brought)
        # Not a copy of the settings: that would bring the old database's cached address along.
        with opened(Settings(**{**settings.model_dump(), **changed})) as new:
            begin_ledger(new, old, ended)
            new.write_public_keys(into / "public-keys")
    say(f"原台账止于 {ended.quoted.size} 条，现存 {ended.held} 条：{into / 'ended'}")
    say(f"The old ledger ends at {ended.quoted.size} entries; {ended.held} are left.")
    say(f"新台账 the new ledger: {origin}，WASTE_TRACE_DATA_DIR={into}")


@ledger.command("renew-key")
def renew_key(
    name: Annotated[str, typer.Argument(help="、".join(RENEWABLE))],
    because: Annotated[
        RenewalReason,
        typer.Option(parser=_one_of(RenewalReason), metavar="CODE", help=_why(RenewalReason)),
    ],
) -> None:
    """更换台账自身的密钥。 A new key for one that the ledger signs with; the old one ends."""
    with opened() as deployment:
        recorded = renew(deployment, name, because)
    say(f"✓ {name}：新密钥自第 {recorded.index} 条起生效 the new key counts from that entry on")


def _fits(org: str, first: datetime | None, last: datetime | None) -> bool:
    """A period goes with an organisation, and with nothing else."""
    if first is None or last is None:
        return not org and first is None and last is None
    return bool(org) and first <= last


@ledger.command("check")
def check(
    full: Annotated[
        bool,
        typer.Option("--full", help="全部条目与签名 every entry and signature"),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """核对运行中的台账。 Check the ledger in place: 0 sound, 1 altered, 2 nothing there."""
    settings = Settings()
    try:
        report = check_ledger(settings, full=full, progress=_Progress())
    except (OperationalError, ProgrammingError) as error:
        say(f"✗ 数据库不可用，请检查 WASTE_TRACE_DATABASE_URL：{error.orig}")
        say("  The database cannot be used; check WASTE_TRACE_DATABASE_URL.")
        raise typer.Exit(INCOMPLETE) from None
    if as_json:
        print_json(report.to_value())
    else:
        typer.echo(render(report), nl=False)
    raise typer.Exit(report.exit_code)


class _Progress:
    """A line on standard error every few seconds of a long check."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _EVERY_SECONDS

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() >= self._next or done == total:
            say(f"· {done}/{total} 条 entries")
            self._next = time.monotonic() + _EVERY_SECONDS


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
