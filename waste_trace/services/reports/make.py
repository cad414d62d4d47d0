"""Every form by its name: what it is called, who may ask for it, how it is filled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from waste_trace.custody.balance import Balance
from waste_trace.custody.vocabulary import PLATFORM, PRODUCER, REGULATOR, TRANSPORTER, TREATMENT
from waste_trace.reports.form import Form, Title
from waste_trace.reports.forms import (
    contracted,
    declaration,
    disclosure_annex,
    indicators,
    management_plan,
    mass_balance,
    own_treatment,
    platform_statement,
    produced,
    solid_batches,
    solid_waste,
    stored,
)
from waste_trace.reports.forms.declaration import Cadence
from waste_trace.reports.forms.filing import Filing
from waste_trace.reports.forms.solid_batches import Step
from waste_trace.reports.indicators import indicator_set
from waste_trace.services.deployment import Deployment
from waste_trace.services.reports import ledgers, solid, transfers
from waste_trace.services.reports.asked import Asked, UnknownReport, require_allowed
from waste_trace.services.reports.balancing import (
    accounts_balanced,
    balanced,
    certificate,
    named_balances,
)
from waste_trace.services.reports.declaring import declared
from waste_trace.services.reports.filed_plan import plan_of
from waste_trace.services.reports.measuring import known_quantities
from waste_trace.services.reports.reading import Reading, reading
from waste_trace.services.reports.solid import hazardous
from waste_trace.services.reports.statements import client_statements
from waste_trace.services.sign_in import Person

_HOLDERS = frozenset({PRODUCER, PLATFORM, TREATMENT})
#: Fills a form from what was read; the numbers are what the bureau entered, by name.
Fill = Callable[[Reading, Filing, Mapping[str, Decimal]], Form]


@dataclass(frozen=True, slots=True)
class Report:
    """A form that can be asked for. ``kinds``: whose form it is; a regulator may ask for all."""

    title: Title
    kinds: frozenset[str]
    fill: Fill


def _declaration(cadence: Cadence) -> Report:
    return Report(
        declaration.title_of(cadence),
        _HOLDERS,
        lambda r, f, _: declaration.declaration_form(hazardous(declared(r)), cadence, f),
    )


def _solid(step: Step) -> Report:
    return Report(
        solid_batches.TITLES[step],
        _HOLDERS,
        lambda r, f, _: solid_batches.solid_batches_form(step, solid.solid_batches(r, step), f),
    )


_REPORTS = (
    Report(produced.TITLE, _HOLDERS,
           lambda r, f, _: produced.produced_form(hazardous(ledgers.produced(r)), f)),
    Report(stored.STORED_IN, _HOLDERS,
           lambda r, f, _: stored.stored_in_form(hazardous(ledgers.stored(r, "store_in")), f)),
    Report(stored.STORED_OUT, _HOLDERS,
           lambda r, f, _: stored.stored_out_form(hazardous(ledgers.stored(r, "store_out")), f)),
    Report(own_treatment.TITLE, _HOLDERS,
           lambda r, f, _: own_treatment.own_treatment_form(hazardous(ledgers.treated(r)), f)),
    Report(contracted.TITLE, _HOLDERS,
           lambda r, f, _: contracted.contracted_form(hazardous(transfers.contracted(r)), f)),
    *(_declaration(cadence) for cadence in Cadence),
    Report(management_plan.TITLE, _HOLDERS,
           lambda r, f, _: management_plan.management_plan_form(plan_of(r), f)),
    Report(mass_balance.TITLE, _HOLDERS | {TRANSPORTER},
           lambda r, f, _: mass_balance.mass_balance_form(named_balances(r), f)),
    Report(disclosure_annex.TITLE, _HOLDERS,
           lambda r, f, _: disclosure_annex.disclosure_form(hazardous(declared(r)), f)),
    Report(platform_statement.TITLE, frozenset({PLATFORM}),
           lambda r, f, _: platform_statement.platform_statement_form(client_statements(r), f)),
    Report(solid_waste.LISTED, _HOLDERS,
           lambda r, f, _: solid_waste.listed_form(solid.solid_list(r), f)),
    Report(solid_waste.FLOWS, _HOLDERS,
           lambda r, f, _: solid_waste.flows_form(solid.solid_flows(r), f)),
    Report(solid_waste.OUTGOING, _HOLDERS,
           lambda r, f, _: solid_waste.outgoing_form(solid.solid_outgoing(r), f)),
    *(_solid(step) for step in Step),
    Report(indicators.title_of(indicator_set()), frozenset(),
           lambda r, f, n: indicators.indicators_form(indicator_set(), known_quantities(r, n), f)),
)  # fmt: skip
REPORTS: Mapping[str, Report] = {report.title.name: report for report in _REPORTS}


def reports_for(person: Person) -> list[Report]:
    """The forms that somebody of this role may ask for, in the order of the list."""
    return [one for one in _REPORTS if person.role == REGULATOR or person.role in one.kinds]


def make_report(
    deployment: Deployment,
    person: Person,
    name: str,
    asked: Asked,
    numbers: Mapping[str, Decimal] | None = None,
) -> Form:
    """A form, filled from one state of the ledger.

    Args:
        name: the form's name, a key of `REPORTS`.
        numbers: quantities that the ledger does not know, for the indicators.

    Raises:
        UnknownReport, ReportPeriodInvalid
    """
    report = REPORTS.get(name)
    if report is None or report not in reports_for(person):
        raise UnknownReport(f"没有报表“{name}”。", f"There is no form {name!r}.")
    require_allowed(person, asked)
    with reading(deployment, asked) as found:
        return report.fill(found, found.filing(), numbers or {})


def read_balances(
    deployment: Deployment, person: Person, asked: Asked, *, everybody: bool = False
) -> dict[str, tuple[Balance, ...]]:
    """Organisation to its balances by waste code, from one state of the ledger.

    Args:
        everybody: of every organisation; what ``asked`` names counts not. For a regulator only.

    Raises:
        UnknownReport, ReportPeriodInvalid
    """
    require_allowed(person, asked)
    with reading(deployment, asked) as found:
        if everybody and person.role == REGULATOR:
            return accounts_balanced(found)
        return {asked.org: balanced(found)}


def certify_balance(deployment: Deployment, person: Person, asked: Asked) -> dict[str, Any]:
    """The mass-balance certificate as JSON, to be checked with a bundle.

    Raises:
        UnknownReport, ReportPeriodInvalid
    """
    require_allowed(person, asked)
    with reading(deployment, asked) as found:
        return certificate(found)
