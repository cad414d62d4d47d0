"""``waste-trace simulate``: an invented district, planted faults, and what was found of them."""

import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import print_json, say
from api.simulate.run import simulate as run


def simulate(
    producers: Annotated[int, typer.Option(min=10, max=5000, help="产废单位数")] = 300,
    days: Annotated[int, typer.Option(min=7, max=3650, help="天数 days")] = 90,
    seed: Annotated[int, typer.Option(help="随机种子 the same seed, the same district")] = 1,
    data_dir: Annotated[Path | None, typer.Option(help="保留数据 keep the data here")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="一个 JSON 结果 one JSON object")] = False,
) -> None:
    """模拟一个县域：埋设问题，看能发现多少。 A district with planted faults; what is found."""
    if data_dir is not None and data_dir.exists() and any(data_dir.iterdir()):
        say(f"✗ 文件夹 {data_dir} 不为空。 The folder {data_dir} is not empty.")
        raise typer.Exit(3)
    folder = data_dir or Path(tempfile.mkdtemp(prefix="waste-trace-simulate-"))
    try:
        value = run(folder, producers, days, seed, _show).value
    finally:
        if data_dir is None:
            shutil.rmtree(folder)
    if as_json:
        print_json(value)
        return
    for kind, count in value["planted"].items():
        typer.echo(f"{kind:<24} 埋设 planted {count:>3}  发现 found {value['found'][kind]:>3}")
    typer.echo(f"误报 false: {value['false'] or 0}")
    typer.echo(f"{value['events']} 条 events, {value['seconds']} s")


def _show(day: date) -> None:
    if day.weekday() == 6:
        say(f"· {day}")
