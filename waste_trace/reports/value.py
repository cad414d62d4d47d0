"""A form as JSON, for programs: cells by the keys of their columns, quantities as strings.

A quantity is a decimal string of its column's unit, so that no reader rounds it; a time is ISO
8601 in Asia/Shanghai.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from waste_trace.reports.cells import SHANGHAI
from waste_trace.reports.form import Cell, Form, Heading, Stamp, Table, Words, record


def form_value(form: Form) -> dict[str, Any]:
    """The whole form, JSON-ready."""
    source = form.title.source
    return {
        "form": form.title.name,
        "title": _words(form.title.words),
        "source": {
            "standard": source.standard,
            "clause": source.clause,
            "certainty": source.certainty,
            "unconfirmed": source.unconfirmed,
        },
        "period": {"from": str(form.period.first), "to": str(form.period.last)},
        "head": [{**_words(words), "value": value} for words, value in form.head],
        "tables": [_table(table) for table in form.tables],
        "notes": [_words(note) for note in form.notes],
        "stamp": stamp_value(form.stamp),
    }


def stamp_value(stamp: Stamp) -> dict[str, Any]:
    """The checkpoint, with its signed text."""
    return {
        "origin": stamp.origin,
        "size": stamp.size,
        "root": stamp.root,
        "signed_at": stamp.signed_at.astimezone(SHANGHAI).isoformat(),
        "made_at": stamp.made_at.astimezone(SHANGHAI).isoformat(),
        "checkpoint": stamp.note,
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": None if table.title is None else _words(table.title),
        "columns": [_heading(heading) for heading in table.headings],
        "rows": [
            {**_cells(table.headings, row.cells), "entries": list(row.entries)}
            for row in table.rows
        ],
        "totals": _cells(table.headings, table.totals) if table.totals else None,
    }


def _heading(heading: Heading) -> dict[str, Any]:
    group = None if heading.group is None else _words(heading.group)
    return {"key": heading.key, "kind": heading.kind.value, **_words(heading.words), "group": group}


def _cells(headings: Sequence[Heading], cells: Sequence[Cell]) -> dict[str, Any]:
    return {key: _plain(cell) for key, cell in record(headings, cells).items()}


def _plain(cell: Cell) -> str | int | list[str] | None:
    if isinstance(cell, datetime):
        return cell.astimezone(SHANGHAI).isoformat()
    if isinstance(cell, Decimal | date):
        return str(cell)
    return list(cell) if isinstance(cell, tuple) else cell


def _words(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}
