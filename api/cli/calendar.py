"""``waste-trace calendar``: which days are worked, and bring a new year in."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import FALSE, WRONG_USE, print_json, say
from waste_trace.compliance import calendar_shelf
from waste_trace.compliance.calendar import WorkingCalendar
from waste_trace.compliance.calendar_import import plan_calendar
from waste_trace.settings import Settings

calendar = typer.Typer(help="工作日历 working days", no_args_is_help=True)
_KINDS = {"holiday": "放假", "workday": "上班", "": "照常"}


def _calendar() -> WorkingCalendar:
    return calendar_shelf.calendar_with(_folder())


def _folder() -> Path:
    return Settings().data_dir / calendar_shelf.FOLDER


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        say(f"✗ 日期“{text}”应为 YYYY-MM-DD。 A date is written YYYY-MM-DD.")
        raise typer.Exit(WRONG_USE) from None


@calendar.command("years")
def years(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """有哪些年份的数据。 Which years are known, and from where."""
    rows = [
        {
            "year": year.year,
            "days": len(year.days),
            "certainty": year.certainty,
            "source": year.source,
        }
        for _, year in sorted(_calendar().years.items())
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['year']}  {row['days']:>3} 天  [{row['certainty']}] {row['source']}")
    typer.echo("其他年份按周一至周五计算（未核实）。 Other years: Monday to Friday, not confirmed.")


@calendar.command("deadline")
def deadline(
    start: Annotated[str, typer.Argument(help="起算日 YYYY-MM-DD the day that it counts from")],
    working_days: Annotated[int, typer.Argument(min=0, help="工作日数 working days")],
) -> None:
    """几个工作日后到期。 The last day of a period of working days."""
    known, first = _calendar(), _day(start)
    last = known.add_working_days(first, working_days)
    mark = "" if known.is_known(first, last) else "（未核实 not confirmed）"
    typer.echo(f"{last.isoformat()}{mark}")
    raise typer.Exit(0 if not mark else FALSE)


@calendar.command("import")
def bring_in(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV: 日期,类型,名称")],
    source: Annotated[str, typer.Option(help="依据，如 国办发明电〔2026〕x号 where it stands")],
    certainty: Annotated[str, typer.Option(help="来源可信度 P/2/1/M")] = "1",
    apply: Annotated[bool, typer.Option("--apply", help="写入；默认只预演 write it")] = False,
) -> None:
    """导入一年的节假日安排：默认只比较。 Compare a year with what is known; --apply writes it."""
    plan = plan_calendar(
        file.read_bytes(), source=source, certainty=certainty, before=_calendar().years
    )
    for problem in plan.problems:
        say(f"✗ {problem.zh} {problem.en}")
    if plan.year is None:
        say(f"共 {len(plan.problems)} 处错误，未导入任何内容。 Nothing was imported.")
        raise typer.Exit(WRONG_USE)
    typer.echo(f"{plan.year.year} 年：{len(plan.year.days)} 天，{len(plan.changes)} 处不同")
    for change in plan.changes:
        typer.echo(f"  {change.day.isoformat()}  {_KINDS[change.before]} → {_KINDS[change.after]}")
    if not apply:
        say("这是预演，什么也没有写入；加 --apply 写入。 Nothing was written; --apply writes it.")
        return
    written = calendar_shelf.write_year(plan.year, _folder())
    say(f"✓ {written}；重启服务后生效。 It takes effect when the server is started again.")
