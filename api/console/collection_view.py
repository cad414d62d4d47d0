"""What the pages of small-waste collection read out of their forms."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from api.http.errors import BadParameters


async def _posted(request: Request) -> FormData:
    return await request.form()


#: A form as it was posted; read before the handler, which then may wait for the ledger.
Posted = Annotated[FormData, Depends(_posted)]


def wastes_of(form: FormData) -> list[dict[str, object]]:
    """The lines of a request that have a weight; the others were left empty."""
    codes, weights = form.getlist("waste_code"), form.getlist("weight_kg")
    packages = form.getlist("packages")
    wastes: list[dict[str, object]] = []
    for place, code in enumerate(map(str, codes)):
        weight = str(weights[place]).strip() if place < len(weights) else ""
        if not code.strip() or not weight:
            continue
        count = str(packages[place]).strip() if place < len(packages) else ""
        wastes.append(
            {
                "waste_code": code.strip(),
                "weight_kg": kilograms(weight),
                "packages": int(count) if count.isascii() and count.isdigit() else 1,
            }
        )
    if not wastes:
        raise BadParameters(
            "请至少填写一种废物的估计重量。", "Give the weight of one waste at least.",
            field="weight_kg",
        )  # fmt: skip
    return wastes


def kilograms(text: str) -> str:
    """A typed weight as an event writes it."""
    try:
        weight_kg = Decimal(text)
    except InvalidOperation:
        weight_kg = Decimal("NaN")
    if not (weight_kg.is_finite() and 0 < weight_kg < 10**6) or weight_kg * 1000 % 1:
        raise BadParameters(
            f"重量“{text}”应为千克数，最多三位小数。",
            f"The weight {text!r} is kilograms with at most three decimals.",
            field="weight_kg",
        )
    return f"{weight_kg.normalize():f}"


def stops_of(form: FormData) -> list[dict[str, object]]:
    """The chosen doors in the order that was typed, each with its chosen requests."""
    chosen = [str(unit) for unit in form.getlist("unit")]
    order: Mapping[str, str] = {unit: str(form.get(f"n-{unit}", "")) for unit in chosen}
    numbered = sorted(
        dict.fromkeys(chosen), key=lambda unit: int(order[unit]) if order[unit].isdigit() else 999
    )
    return [
        {
            "unit": unit,
            "requests": [int(str(i)) for i in form.getlist(f"r-{unit}") if str(i).isdigit()],
        }
        for unit in numbered
    ]


def month_days(month: str, today: date) -> tuple[str, date, date]:
    """A month "2026-11" with its first and last day; what is no month is this one."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        first = today.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return f"{first:%Y-%m}", first, following - timedelta(days=1)


def total(weights: Sequence[Decimal]) -> Decimal:
    """The sum of weights."""
    return sum(weights, Decimal(0))
