"""无废城市 indicators: the value of each, and the quantities that it was made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from waste_trace.reports.form import Column, Form, Kind, Source, Title, Words, column, tabulate
from waste_trace.reports.forms.filing import Filing
from waste_trace.reports.indicators import Indicator, IndicatorSet, Quantity

NAME = "indicators"
_ZH, _EN = "“无废城市”建设指标表", "Indicators of the waste-free city"


@dataclass(frozen=True, slots=True)
class Known:
    """A quantity's value, and the ledger entries behind it where the ledger knows it."""

    value: Decimal
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    indicator: Indicator
    value: Decimal | None
    formula: str
    missing: tuple[str, ...]
    entries: tuple[int, ...]


_LINES: tuple[Column[_Line], ...] = (
    column("indicator", "指标", "Indicator", lambda line: line.indicator.zh, width=14),
    column("unit", "单位", "Unit", lambda line: line.indicator.unit, width=4),
    column("value", "数值", "Value", lambda line: line.value, Kind.RATIO),
    column("formula", "计算式", "Formula", lambda line: line.formula, width=24),
    column("missing", "缺少的数据", "Missing", lambda line: line.missing, width=14),
)
_QUANTITIES: tuple[Column[tuple[Quantity, Known]], ...] = (
    column("quantity", "数据", "Quantity", lambda pair: pair[0].zh, width=14),
    column("unit", "单位", "Unit", lambda pair: pair[0].unit, width=4),
    column("value", "数值", "Value", lambda pair: pair[1].value, Kind.RATIO, width=8),
    column("source", "来源", "Source",
           lambda pair: "台账" if pair[0].from_ledger else "填报", width=4),
)  # fmt: skip


def title_of(indicators: IndicatorSet) -> Title:
    """The title, with the source of these formulas."""
    source = Source(indicators.source, "", indicators.certainty)
    return Title(NAME, Words(_ZH, _EN), source)


def indicators_form(indicators: IndicatorSet, known: Mapping[str, Known], filing: Filing) -> Form:
    """Fill the indicators from what is known."""
    values = {name: one.value for name, one in known.items()}
    lines = [_line(indicators, indicator, known, values) for indicator in indicators.indicators]
    used = [(q, known[name]) for name, q in indicators.quantities.items() if name in known]
    return filing.form(
        title_of(indicators),
        tabulate(_LINES, lines, lambda line: line.entries, title=Words("指标", "Indicators")),
        tabulate(_QUANTITIES, used, lambda pair: pair[1].entries, title=Words("数据", "Data")),
    )


def _line(
    indicators: IndicatorSet,
    indicator: Indicator,
    known: Mapping[str, Known],
    values: Mapping[str, Decimal],
) -> _Line:
    names = {name: quantity.zh for name, quantity in indicators.quantities.items()}
    above, below = _sum(indicator.numerator, names), _sum(indicator.denominator, names)
    percent = " × 100%" if indicator.unit == "%" else ""
    parts = (*indicator.numerator, *indicator.denominator)
    return _Line(
        indicator,
        indicator.value(values),
        f"{above} ÷ {below}{percent}",
        tuple(names[name] for name in indicator.missing(values)),
        tuple(index for name in parts if name in known for index in known[name].entries),
    )


def _sum(weights: Mapping[str, int], names: Mapping[str, str]) -> str:
    terms = [f"{'＋' if weight > 0 else '－'}{names[name]}" for name, weight in weights.items()]
    text = "".join(terms).removeprefix("＋")
    return f"（{text}）" if len(terms) > 1 else text
