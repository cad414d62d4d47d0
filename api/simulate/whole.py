"""A whole district's honest days, and what goes with them."""

import random
from datetime import date

from api.simulate.district import District
from api.simulate.honest import go_offline, plan_work
from api.simulate.hospital import plan_hospital
from api.simulate.papers import plan_papers
from api.simulate.plan import Plan
from api.simulate.watched import plan_watching


def plan_district(district: District, start: date, days: int, rng: random.Random) -> Plan:
    """The plan of all days. Weights have noise, drivers are offline for hours, nobody cheats."""
    plan = Plan(start, days)
    plan_work(district, plan, rng)
    plan_hospital(district, plan, rng)
    plan_watching(plan, district)
    go_offline(plan, rng)
    # Drivers are registered by their own devices, on a morning on which these have a network.
    plan_papers(plan, district)
    return plan
