"""What a small-waste platform took from its producers, for its yearly statement to each."""

from decimal import Decimal

from waste_trace.reports.forms.platform_statement import ClientStatement, Collected
from waste_trace.services.reports.contents import content_kg, groups
from waste_trace.services.reports.ledgers import events_of
from waste_trace.services.reports.reading import Reading


def client_statements(reading: Reading) -> list[ClientStatement]:
    """The collections of the period, producer by producer."""
    told = events_of(reading, "collect")
    found = groups(reading, told)
    held = reading.contents(code for group in found for code in group.codes)
    clients: dict[str, list[Collected]] = {}
    for group in found:
        weights = [content_kg(held.get(code, ()), group.told) for code in group.codes]
        collected = Collected(
            collected_at=group.told.at,
            waste=reading.waste(group.waste_code),
            containers=group.codes,
            weight_kg=sum(weights, Decimal(0)),
            collector=reading.person(group.told.act),
            entries=(group.told.idx,),
        )
        clients.setdefault(str(group.told.body["from_org"]), []).append(collected)
    return [
        ClientStatement(reading.org_names.get(org, org), org, tuple(collections))
        for org, collections in clients.items()
    ]
