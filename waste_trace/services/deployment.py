"""Everything that a use case stands on, opened from the settings and closed again."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine

from waste_trace.compliance.weight_difference import WeightTolerance
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.policy import Policy, format_policy
from waste_trace.ledger.registry import REGISTRAR
from waste_trace.ledger.vkey import VerifierKey
from waste_trace.services.attempts import Attempts
from waste_trace.services.intake import Intake
from waste_trace.services.last_round import LastRound
from waste_trace.services.rule_book import rule_book
from waste_trace.services.witness_alarm import read_alarm
from waste_trace.services.witness_policy import read_policy, with_logs
from waste_trace.settings import Settings
from waste_trace.store.blobs import Blobs
from waste_trace.store.disclosures import Vault
from waste_trace.store.engine import open_engine
from waste_trace.store.key_store import KeyStore, open_key_store, service_key_name
from waste_trace.store.projector import ProjectorConfig
from waste_trace.store.sequencer import Sequencer


@dataclass(frozen=True)
class Deployment:
    """One running instance: settings, database, keys, ledger, pictures, clock."""

    settings: Settings
    engine: Engine
    keys: KeyStore
    sequencer: Sequencer
    blobs: Blobs
    clock_ms: Callable[[], int]
    attempts: Attempts = field(default_factory=Attempts)
    last_round: LastRound = field(default_factory=LastRound)
    intake: Intake = field(init=False)  # where events wait to be checked

    def __post_init__(self) -> None:
        settings = self.settings
        intake = Intake(self.sequencer, settings.check_processes, settings.queue_events)
        object.__setattr__(self, "intake", intake)

    @classmethod
    def open(
        cls, settings: Settings, clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    ) -> "Deployment":
        """Open what the settings name. The database must be migrated already.

        Raises:
            UnusablePolicy: the witness policy of the settings is not one of this ledger.
        """
        keys = open_key_store(settings)
        engine = open_engine(settings.database)
        blobs = Blobs(settings.blob_url, settings.data_dir / "blobs")
        try:
            sequencer = Sequencer(
                engine,
                settings.ledger_origin,
                keys.key,
                projector_config(settings),
                settings.data_dir / "high-water",
                batch_events=settings.batch_events,
                queue_events=settings.queue_events,
                clock_ms=clock_ms,
            )
        except BaseException:
            engine.dispose()
            raise
        opened = cls(settings, engine, keys, sequencer, blobs, clock_ms)
        try:
            format_policy(opened.policy)
        except BaseException:
            opened.close()
            raise
        alarm = read_alarm(settings.data_dir, sequencer.origin)
        sequencer.read_only = sequencer.read_only or alarm
        return opened

    def close(self) -> None:
        """Commit what waits and let go of the database."""
        self.intake.close()
        self.engine.dispose()

    def service_key(self, dev: str) -> SigningKey:
        """The key with which one of the ledger's own services signs now."""
        return self.keys.key(service_key_name(dev, self.sequencer.registry.epochs.get(dev, 0)))

    def registrar_vkey(self, key_id: str) -> VerifierKey:
        """The public key of a registrar's ``registrar/ep`` (DSSE keyid) that the ledger knows."""
        key = self.sequencer.refresh().keys[REGISTRAR, int(key_id.rpartition("/")[2])]
        return replace(self.sequencer.registrar_vkey, public_key=key.public_key)

    def now(self) -> datetime:
        """The present, aware UTC, by the deployment's clock."""
        return datetime.fromtimestamp(self.clock_ms() / 1000, UTC)

    @property
    def vault(self) -> Vault:
        """Seals and unseals the personal data beside the ledger."""
        return Vault(self.keys.secret("disclosure"))

    @property
    def policy(self) -> Policy:
        """The log's keys, which witnesses are asked and how many suffice. Raises UnusablePolicy."""
        self.sequencer.refresh()  # another process may have changed the log's key
        return with_logs(self._witnesses, self.sequencer.log_vkeys)

    @cached_property
    def _witnesses(self) -> Policy:
        """The policy of the settings, read once."""
        return read_policy(self.settings.witness_policy, self.sequencer.log_vkeys)

    def policy_text(self) -> str:
        """The trust policy of this ledger as a file (c2sp.org/tlog-policy)."""
        return format_policy(self.policy)

    def write_public_keys(self, folder: Path) -> None:
        """What a verifier needs beside a bundle: ``policy.txt`` and ``registrar.vkey``."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "policy.txt").write_text(self.policy_text(), encoding="utf-8")
        vkey = self.sequencer.registrar_vkey.text
        (folder / "registrar.vkey").write_text(vkey + "\n", encoding="utf-8")


def projector_config(settings: Settings) -> ProjectorConfig:
    """What of the settings changes findings."""
    return ProjectorConfig(
        weight_tolerance=WeightTolerance(
            settings.weight_tolerance_permille, settings.weight_tolerance_kg
        ),
        late_after=timedelta(hours=settings.late_event_hours),
        travel_limit_kmh=settings.travel_limit_kmh,
        rules=rule_book(settings),
    )
