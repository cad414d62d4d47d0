"""What witnesses have said against this ledger without proof: kept to be shown, for `ledger check`
too, and so that whoever said it is asked again only after a while.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from waste_trace.services.witness_proof import UnprovenClaim

FILE = "witness-claims.json"
#: One who claims without proof is not asked for so long: it costs two requests and a line.
REST = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claim:
    """The newest unproven claim of a witness: when (ISO 8601, UTC), and what."""

    at: str
    zh: str
    en: str

    def rests(self, now: datetime) -> bool:
        """It was made so lately that its witness is not asked now."""
        return timedelta() <= now - datetime.fromisoformat(self.at) < REST

    @property
    def error(self) -> UnprovenClaim:
        """As a round has it."""
        return UnprovenClaim(self.zh, self.en)


def read_claims(folder: Path, origin: str) -> dict[str, Claim]:
    """The claims against this ledger by the witness's name in the policy; none if unreadable."""
    try:
        value = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if value["origin"] != origin:
            return {}
        claims = {str(name): Claim(**claim) for name, claim in value["claims"].items()}
        for claim in claims.values():
            datetime.fromisoformat(claim.at)
    except (ValueError, KeyError, TypeError, AttributeError, OSError):
        return {}
    return claims


def keep_claims(folder: Path, origin: str, claims: Mapping[str, Claim]) -> None:
    """Write them down in place of the ones before; nothing is written where nothing changed."""
    if dict(claims) == read_claims(folder, origin):
        return
    value = {"origin": origin, "claims": {name: asdict(claim) for name, claim in claims.items()}}
    temporary = folder / f"{FILE}.new"
    temporary.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    temporary.replace(folder / FILE)
