"""What a long run found: counted by class, shown as a table or as JSON, and an exit code."""

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Counts of a campaign.

    Attributes:
        name: of the campaign. tried: by class. failures: what should not have been, in words.
        refused: changes that the database itself did not take. slowest_seconds: of one answer.
        figures: what else was measured.
    """

    name: str
    tried: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    refused: int = 0
    slowest_seconds: float = 0.0
    figures: dict[str, float | int | str] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    @property
    def total(self) -> int:
        """How much was tried."""
        return self.tried.total()

    def took(self, seconds: float) -> None:
        """One answer took so long."""
        self.slowest_seconds = max(self.slowest_seconds, seconds)

    def fail(self, what: str) -> None:
        """Something that must not be."""
        self.failures.append(what)

    def report(self, *, as_json: bool) -> int:
        """Print the result; the exit code: 0 only if nothing failed."""
        value = {
            "campaign": self.name,
            "tried": self.total,
            "failed": len(self.failures),
            "refused": self.refused,
            "seconds": round(time.monotonic() - self._began, 1),
            "slowest_ms": round(self.slowest_seconds * 1000, 1),
            **self.figures,
            "by_class": dict(sorted(self.tried.items())),
            "failures": self.failures[:50],
        }
        if as_json:
            sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
        else:
            for key, found in value.items():
                sys.stdout.write(f"{key:<14} {_shown(found)}\n")
        sys.stdout.flush()
        return 1 if self.failures else 0


def _shown(found: object) -> str:
    if isinstance(found, dict):
        return "".join(f"\n  {name:<44}{count:>8}" for name, count in found.items())
    if isinstance(found, list):
        return "none" if not found else "".join(f"\n  {line}" for line in found)
    return str(found)
