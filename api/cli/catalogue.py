"""``waste-trace catalogue``: look the waste lists up, and bring a new edition in."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import FALSE, WRONG_USE, print_json, say
from waste_trace.catalogue import shelf
from waste_trace.catalogue.importing import EditionDiff, ImportPlan, plan_import
from waste_trace.catalogue.lookup import Catalogue
from waste_trace.catalogue.search import search
from waste_trace.catalogue.spreadsheet import Table, read_table
from waste_trace.codes.waste_code import WasteKind
from waste_trace.settings import Settings

catalogue = typer.Typer(help="废物名录 the waste catalogue", no_args_is_help=True)
_SHOWN = 20
_HAZARDS = ("hazards", "hazard_rule")


def _catalogue() -> Catalogue:
    return shelf.catalogue_with(Settings().data_dir / shelf.FOLDER)


@catalogue.command("search")
def find(
    words: Annotated[str, typer.Argument(help="代码、名称、拼音首字母 code, name, initials")],
    solid: Annotated[bool, typer.Option("--solid", help="一般固废 general solid waste")] = False,
) -> None:
    """查名录。 Search the list that is in use."""
    kind = WasteKind.SOLID if solid else WasteKind.HAZARDOUS
    for entry in search(_catalogue().edition(kind), words):
        hazards = "/".join(hazard.value for hazard in entry.hazards)
        typer.echo(f"{entry.code}  {entry.category:<5} {hazards:<8} {entry.description[:60]}")


@catalogue.command("show")
def show(
    code: Annotated[str, typer.Argument(help="废物代码，如 900-249-08")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """一条代码在各版名录中的写法。 One code, as each edition has it."""
    found = _catalogue()
    entries = {
        name: entry
        for name in found.editions
        if (entry := found.find(code, name).entry) is not None
    }
    if as_json:
        print_json({n: _value(e.description, e.hazards, e.category) for n, e in entries.items()})
    for name, entry in {} if as_json else entries.items():
        hazards = "、".join(f"{hazard.zh}({hazard.value})" for hazard in entry.hazards)
        typer.echo(f"{entry.code}  [{name}]  {entry.category} {entry.category_name}")
        typer.echo(f"  {entry.description}")
        typer.echo(f"  {entry.industry}  {hazards}")
    warning = found.find(code).warning
    if warning:
        say(f"⚠ {warning.zh} {warning.en}")
    if not entries:
        raise typer.Exit(FALSE)


@catalogue.command("editions")
def editions(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """有哪些版本。 Which editions are here, and which are in use."""
    found = _catalogue()
    rows = [
        {
            "name": edition.name,
            "title": edition.title,
            "effective": edition.effective.isoformat(),
            "codes": len(edition.entries),
            "complete": edition.complete,
            "certainty": edition.certainty,
            "in_use": found.in_use[edition.kind] == edition.name,
        }
        for edition in found.editions.values()
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        mark = "●" if row["in_use"] else " "
        typer.echo(
            f"{mark} {row['name']:<10} {row['effective']}  {row['codes']:>4} 条  "
            f"[{row['certainty']}] {row['title']}"
        )


@catalogue.command("import")
def bring_in(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV 或 XLSX")],
    name: Annotated[str, typer.Option(help="版本名，如 2025 the edition's name")],
    effective: Annotated[str, typer.Option(help="施行日期 YYYY-MM-DD date of effect")],
    title: Annotated[str, typer.Option(help="名录全称 title")] = "",
    certainty: Annotated[str, typer.Option(help="来源可信度 P/2/1/M")] = "1",
    solid: Annotated[bool, typer.Option("--solid", help="一般固废 general solid waste")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="写入；默认只预演 write it")] = False,
) -> None:
    """导入一版名录：默认只比较。 Compare an edition with the one in use; write it with --apply."""
    base = _catalogue().edition(WasteKind.SOLID if solid else WasteKind.HAZARDOUS)
    try:
        day = date.fromisoformat(effective)
    except ValueError:
        say(f"✗ 施行日期“{effective}”应为 YYYY-MM-DD。 The date of effect must be YYYY-MM-DD.")
        raise typer.Exit(WRONG_USE) from None
    table = read_table(file.read_bytes(), base)
    plan = plan_import(
        table.rows,
        name=name,
        title=title or f"{base.title.partition('（')[0]}（{name}）",
        effective=day,
        certainty=certainty,
        base=base,
        lines=table.lines,
    )
    typer.echo(f"{plan.edition.title}：{len(plan.edition.entries)} 条，与 {base.name} 版比较")
    _say_differences(plan.diff)
    if plan.problems or not plan.edition.entries:
        _refuse(plan, table)
    if not apply:
        say("这是预演，什么也没有写入；加 --apply 写入。 Nothing was written; --apply writes it.")
        return
    written = shelf.write_edition(plan.edition, Settings().data_dir / shelf.FOLDER)
    say(f"✓ {written}")


def _say_differences(diff: EditionDiff) -> None:
    hazards = {c.code: f"{c.before} → {c.after}" for c in diff.changed if c.field in _HAZARDS}
    words = [c for c in diff.changed if c.field not in _HAZARDS]
    _list("新增 added", list(diff.added))
    _list("删除 withdrawn", list(diff.removed))
    _list("改写 reworded", [f"{c.code} {c.field}: {c.before} → {c.after}" for c in words])
    _list("特性变化 hazards changed", [f"{code} {change}" for code, change in hazards.items()])


def _list(heading: str, lines: list[str]) -> None:
    typer.echo(f"{heading}: {len(lines)}")
    for line in lines[:_SHOWN]:
        typer.echo(f"  {line}")
    if len(lines) > _SHOWN:
        typer.echo(f"  … 另有 {len(lines) - _SHOWN} 条 and more")


def _refuse(plan: ImportPlan, table: Table) -> None:
    """Name every cell that is wrong and write nothing: half an edition is worse than none."""
    for problem in plan.problems:
        cell = table.cell(problem.line, problem.column)
        say(f"✗ 第 {problem.line} 行（单元格 {cell}）：{problem.zh} {problem.en}")
    say(f"共 {len(plan.problems)} 处错误，未导入任何内容。 Nothing was imported.")
    raise typer.Exit(WRONG_USE)


def _value(description: str, hazards: tuple[str, ...], category: str) -> dict[str, object]:
    return {"category": category, "description": description, "hazards": list(hazards)}
