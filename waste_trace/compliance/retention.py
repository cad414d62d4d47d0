"""How long personal data of an event must be kept, and when it may be erased before.

PIPL (个人信息保护法) art. 47: erase when the purpose is met or consent withdrawn, but not before a
retention period that a law or regulation sets has ended; until then it is only stored.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Basis(StrEnum):
    """Why personal data is erased."""

    PERIOD_OVER = "period_over"  # 保存期限届满
    PURPOSE_MET = "purpose_met"  # 处理目的已实现
    CONSENT_WITHDRAWN = "consent_withdrawn"  # 撤回同意
    COURT = "court"  # 法院或主管机关决定
    MISTAKE = "mistake"  # 误登: it should never have been taken


#: These do not wait for the end of the period: what was wrong from the start is not a record.
AT_ONCE = frozenset({Basis.COURT, Basis.MISTAKE})


@dataclass(frozen=True, slots=True)
class Period:
    """A retention period in calendar years. ``certainty``: tag of the domain facts (P, M, ?)."""

    years: int
    source: str
    certainty: str

    def until(self, logged_at: datetime) -> datetime:
        """The end of the period of what was logged then, aware."""
        try:
            return logged_at.replace(year=logged_at.year + self.years)
        except ValueError:  # 29 February
            return logged_at.replace(year=logged_at.year + self.years, month=3, day=1)


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """The periods: one for what belongs to a transfer manifest, one for all other records."""

    manifest: Period
    ledger: Period

    def period(self, manifest: str) -> Period:
        """The period of an event. ``manifest``: the number that it names, or ""."""
        return self.manifest if manifest else self.ledger

    def may_erase(self, manifest: str, logged_at: datetime, basis: Basis, now: datetime) -> bool:
        """Whether personal data of such an event may be erased now."""
        return basis in AT_ONCE or now >= self.period(manifest).until(logged_at)
