"""``waste-trace review``: look at the deadlines of today, now."""

from typing import Annotated

import typer

from api.cli.opening import opened
from api.cli.output import print_json, say
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.review_deadlines import review_deadlines


def review(
    as_json: Annotated[bool, typer.Option("--json", help="机器可读 machine-readable")] = False,
) -> None:
    """巡查时限：每日一次，服务运行时自动进行。 Review deadlines; a running server does it daily."""
    with opened() as deployment:
        open_ledger(deployment)
        day, wrote = review_deadlines(deployment)
    if as_json:
        print_json({"day": day.isoformat(), "wrote": wrote})
    elif wrote:
        say(f"✓ {day.isoformat()} 已巡查，结果见问题预警。 Reviewed; see the findings.")
    else:
        say(f"· {day.isoformat()} 今日已巡查过。 Today was reviewed before.")
