"""A leaf as the projector takes it, and what of the configuration changes its answers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from waste_trace.compliance.rule_book import RuleBook
from waste_trace.compliance.weight_difference import WeightTolerance
from waste_trace.custody.fold import Touch
from waste_trace.ledger.event import Event
from waste_trace.value import value


@value
class Record:
    """One logged event: its place, its logged time, the event and its identity."""

    idx: int
    ms: int
    event: Event
    payload_hash: bytes

    @property
    def claimed_at(self) -> datetime:
        """The claimed time, aware UTC."""
        return _claimed(self.event.t)

    @property
    def logged_at(self) -> datetime:
        """The logged time, aware UTC."""
        return _instant(self.ms)

    def touch(self, role: str = "subject", container: str = "") -> Touch:
        """The event as it concerns one container, or its manifest."""
        event = self.event
        return Touch(
            idx=self.idx,
            typ=event.typ,
            role=role,
            claimed_at=_claimed(event.t),
            org=event.org,
            site=event.site,
            body=event.body,
            container=container,
        )


@lru_cache(maxsize=64)
def _instant(ms: int) -> datetime:
    """The events of one batch are logged in one millisecond."""
    return datetime.fromtimestamp(ms / 1000, UTC)


@lru_cache(maxsize=64)
def _claimed(text: str) -> datetime:
    """Asked several times of one event, one event after the other."""
    return datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class ProjectorConfig:
    """Configuration that changes findings; a rebuild under other values gives other findings."""

    weight_tolerance: WeightTolerance
    late_after: timedelta
    travel_limit_kmh: int
    rules: RuleBook = field(default_factory=RuleBook)
