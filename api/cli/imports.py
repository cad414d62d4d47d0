"""``waste-trace import``: organisations, clients, streams, stock and past records in bulk."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.cli.opening import opened
from api.cli.output import FALSE, WRONG_USE, print_json, say
from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.services.deployment import Deployment
from waste_trace.services.imports.kinds import KINDS
from waste_trace.services.imports.run import Imported, run_import
from waste_trace.services.imports.template import template_xlsx
from waste_trace.services.look_up import list_organisations
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.sign_in import Person

_SHOWN = 50


def import_file(
    kind: Annotated[str, typer.Argument(help=f"种类 kind: {', '.join(KINDS)}")],
    file: Annotated[Path, typer.Argument(help="XLSX 或 CSV；加 --template 时写出模板")],
    org: Annotated[str, typer.Option(help="代表的单位，默认监管部门 for which organisation")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查 check only")] = False,
    template: Annotated[
        bool, typer.Option("--template", help="写出空模板 write a template")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """批量导入：全部写入或一行也不写。 Import a file whole, or nothing of it."""
    if kind not in KINDS:
        say(f"✗ 没有“{kind}”这种导入；可用：{'、'.join(KINDS)}。 There is no such kind.")
        raise typer.Exit(WRONG_USE)
    if template:
        file.write_bytes(template_xlsx(KINDS[kind]))
        say(f"✓ {file}")
        return
    try:
        data = file.read_bytes()
    except OSError as error:
        say(f"✗ 无法读取 {file}：{error.strerror}。 The file cannot be read.")
        raise typer.Exit(WRONG_USE) from None
    with opened() as deployment:
        open_ledger(deployment)
        person = _speaker(deployment, org)
        done = run_import(deployment, person, kind, data, dry_run=dry_run)
    if as_json:
        print_json(asdict(done))
    _tell(done, dry_run)
    if done.problems:
        raise typer.Exit(FALSE)


def _speaker(deployment: Deployment, org: str) -> Person:
    """Whoever runs the server speaks as the bureau, or for the organisation that is named."""
    rows = list_organisations(deployment)
    if not org:
        bureau = next((row["org"] for row in rows if REGULATOR in row["kinds"].split(",")), "")
        return Person("cli", "", REGULATOR, bureau, "", admin=True)
    kinds = next((row["kinds"].split(",") for row in rows if row["org"] == org), None)
    if kinds is None:
        say(f"✗ 单位 {org} 未登记。 {org} is not registered.")
        raise typer.Exit(WRONG_USE)
    return Person("cli", "", kinds[0], org, "", admin=True)


def _tell(done: Imported, dry_run: bool) -> None:
    for problem in done.problems[:_SHOWN]:
        say(f"✗ {problem.zh} {problem.en}")
    if done.problems:
        say(f"共 {len(done.problems)} 处错误，未导入任何内容。 Nothing was imported.")
    elif done.written:
        say(f"✓ {done.rows} 行，台账 {done.entries} 条，自 #{done.first} 起。")
    else:
        rehearsal = "这是预演，什么也没有写入。 Nothing was written." if dry_run else ""
        say(f"✓ {done.rows} 行，{done.entries} 条。{rehearsal}")
