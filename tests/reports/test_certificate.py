"""What is a certificate, and what only looks like one."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from waste_trace.custody.balance import Booking
from waste_trace.custody.movements import Account, Kind, Movement
from waste_trace.reports.certificate import MalformedCertificate, compare, read_certificate

START = datetime(2026, 11, 2, tzinfo=UTC)
GOOD = {
    "v": 1,
    "kind": "mass-balance",
    "org": "91330482MA2CUX11X3",
    "site": None,
    "from": "2026-11-01",
    "to": "2026-11-30",
    "ledger": {"size": 7, "root": "x"},
    "lines": [],
}


def test_a_certificate_says_what_it_is_about() -> None:
    scope, size, root = read_certificate(GOOD)
    assert (scope.org, scope.site, size, root) == ("91330482MA2CUX11X3", None, 7, "x")
    start, end = scope.bounds
    assert (start.isoformat(), end.isoformat()) == (
        "2026-11-01T00:00:00+08:00",
        "2026-12-01T00:00:00+08:00",
    )


@pytest.mark.parametrize(
    "change",
    [{"v": 2}, {"kind": "x"}, {"org": None}, {"site": 1}, {"from": "yesterday"}, {"to": 1},
     {"ledger": {}}, {"ledger": {"size": "7", "root": "x"}}, {"lines": None}],
)  # fmt: skip
def test_what_is_none_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(MalformedCertificate):
        read_certificate({**GOOD, **change})


@pytest.mark.parametrize("value", [None, [], "", 1, {}])
def test_neither_is_any_other_json(value: object) -> None:
    with pytest.raises(MalformedCertificate):
        read_certificate(value)


@pytest.mark.parametrize(
    "lines", [["x"], [{}], [{"waste_code": "900-214-08", "figures": 7}], [None]]
)
def test_lines_that_are_none_differ_and_break_nothing(lines: list[object]) -> None:
    move = Movement(1, Kind.PRODUCED, Account(str(GOOD["org"])), Decimal(5), START)
    bookings = [Booking("A", "900-214-08", move)]
    assert compare({**GOOD, "lines": lines}, bookings) is not None
