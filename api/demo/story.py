"""The story in order. Each step claims something and proves it; the first that fails ends it."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from api.demo import audit, direct, milk_run, watch
from api.demo.cast import CARRIER, CAST, FACTORY, PLANT, PLATFORM, REGION
from api.demo.stage import NotProven, Stage
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.register_party import register_organisation, register_site
from waste_trace.services.sign_in import create_user

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """One claim and whether it was proven."""

    name: str
    proven: bool
    detail: str

    def as_value(self) -> dict[str, object]:
        """JSON-ready."""
        return {"name": self.name, "proven": self.proven, "detail": self.detail}


@dataclass
class Story:
    """The demonstration on a stage.

    Args:
        bundle, keys: folders for the audit bundle and the public keys.
        progress: called with each step as it is proven.
    """

    stage: Stage
    bundle: Path
    keys: Path
    progress: Callable[[Step], None] = lambda step: None
    steps: list[Step] = field(default_factory=list)

    def play(self) -> bool:
        """All steps in order; True if every one was proven."""
        drum, run = direct.Drum(), milk_run.MilkRun()
        stage = self.stage
        acts: list[tuple[str, Callable[[], str]]] = [
            ("open_ledger", self._open),
            ("enrol_devices", self._enrol),
            ("produce", partial(direct.produce, stage, drum)),
            ("issue_code", partial(direct.issue, stage, drum)),
            ("print_label", partial(direct.print_label, stage, drum)),
            ("fill", partial(direct.fill, stage, drum)),
            ("store_in", partial(direct.store_in, stage, drum)),
            ("verify_frame", partial(watch.see_stock, stage, drum)),
            ("camera_covered", partial(watch.see_nothing, stage, drum)),
            ("store_out", partial(direct.store_out, stage, drum)),
            ("open_manifest", partial(direct.open_manifest, stage, drum)),
            ("load", partial(direct.load_offline, stage, drum)),
            ("transport", partial(direct.drive_offline, stage, drum)),
            ("weigh_in", partial(direct.weigh_in, stage, drum)),
            ("accept", partial(direct.accept, stage, drum)),
            ("late_events", partial(direct.sync_late, stage, drum)),
            ("treat", partial(direct.treat, stage, drum)),
            ("collect_small", partial(milk_run.collect, stage, run)),
            ("merge", partial(milk_run.consolidate, stage, run)),
            ("consign_merged", partial(milk_run.consign, stage, run)),
            ("weight_difference", partial(milk_run.weigh_short, stage, run)),
            ("treat_merged", partial(milk_run.treat, stage, run)),
            ("trace", partial(audit.trace, stage, drum, run)),
            ("export_bundle", partial(audit.export, stage, self.bundle, self.keys)),
            ("verify_offline", self._verify),
            ("mass_balance", partial(audit.balance, stage, self.bundle, self.keys)),
            ("detect_tampering", partial(audit.flip, self.bundle, self.keys)),
        ]
        return all(self._act(name, act) for name, act in acts)

    def figures(self, seconds: float) -> dict[str, Any]:
        """What can be counted about the run."""
        head = self.stage.deployment.sequencer
        times = sorted(self.stage.decode_ms)
        return {
            "origin": head.origin,
            "steps": len(self.steps),
            "receipts_verified_on_devices": self.stage.receipts,
            "photographs_taken": self.stage.photographs,
            "labels_read_from_pixels": len(times),
            "decode_ms_median": round(times[len(times) // 2], 1) if times else None,
            "bundle_bytes": sum(p.stat().st_size for p in self.bundle.rglob("*") if p.is_file()),
            "seconds": round(seconds, 1),
        }

    def _act(self, name: str, act: Callable[[], str]) -> bool:
        try:
            step = Step(name, True, act())
        except NotProven as error:
            step = Step(name, False, str(error))
        except Exception as error:
            _log.exception("step %s", name)
            step = Step(name, False, f"{type(error).__name__}: {error}")
        self.steps.append(step)
        self.progress(step)
        return step.proven

    def _open(self) -> str:
        deployment = self.stage.deployment
        open_ledger(deployment)
        for party in CAST:
            register_organisation(deployment, party.org, party.name, [party.kind], REGION)
            if party.site:
                register_site(deployment, party.site, party.org, party.site_name, party.site_kind)
            create_user(
                deployment,
                party.username,
                self.stage.passwords[party.username],
                party.person,
                party.kind,
                party.org,
            )
        return f"{deployment.sequencer.origin} · {len(CAST)} 家单位 parties"

    def _enrol(self) -> str:
        names = []
        for party in (FACTORY, PLATFORM, CARRIER, PLANT):
            handheld = self.stage.enrol(party, f"{party.name}手持终端")
            names.append(handheld.identity["dev"])
        return " · ".join(names)

    def _verify(self) -> str:
        return audit.verify_offline(self.bundle, self.keys)[0]


def new_passwords() -> dict[str, str]:
    """A password for each person of the cast, new for each deployment."""
    return {party.username: secrets.token_urlsafe(9) for party in CAST}
