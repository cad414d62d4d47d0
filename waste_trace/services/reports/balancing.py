"""The mass balance of a unit or one of its sites: named for the form, exact for the certificate."""

from typing import Any

from waste_trace.custody.balance import Balance, balances
from waste_trace.reports.certificate import Scope, certificate_value
from waste_trace.reports.forms.mass_balance import Named
from waste_trace.services.reports.reading import Reading


def balanced(reading: Reading) -> tuple[Balance, ...]:
    """The balances by waste code."""
    asked = reading.asked
    return balances(reading.bookings(asked.org), asked.org, asked.site, *asked.bounds)


def accounts_balanced(reading: Reading) -> dict[str, tuple[Balance, ...]]:
    """The balances of every organisation that ever had waste on its books, by its code."""
    bookings, bounds = reading.bookings(), reading.asked.bounds
    orgs = sorted({one.movement.account.org for one in bookings})
    return {org: balances(bookings, org, None, *bounds) for org in orgs}


def named_balances(reading: Reading) -> list[Named]:
    """The same, with the names of the wastes."""
    return [Named(reading.waste(one.waste_code), one) for one in balanced(reading)]


def certificate(reading: Reading) -> dict[str, Any]:
    """The certificate as JSON, with the checkpoint that it was made at."""
    asked = reading.asked
    scope = Scope(asked.org, asked.site, asked.period)
    return certificate_value(scope, balanced(reading), reading.filing().stamp)
