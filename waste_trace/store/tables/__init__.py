"""The tables, by subject. Importing this package registers them all with SQLModel's metadata.

Two kinds: what is true by itself (the ledger, access, outbox, quarantine) and what is read from the
ledger and can be rebuilt from it (``READ_TABLES``). No model here validates: rows are made by the
store alone, from values that the domain has checked.
"""

from sqlmodel import SQLModel

# The naming convention must stand before the first table class, or SQLite batch migrations
# cannot name the constraints that they drop.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

from waste_trace.store.tables.access import (  # noqa: E402
    EnrolmentCode,
    Invitation,
    LoginSession,
    User,
)
from waste_trace.store.tables.clients import (  # noqa: E402
    Client,
    CollectionRequest,
    Contact,
    Round,
    Stop,
    WasteStream,
)
from waste_trace.store.tables.compliance import (  # noqa: E402
    Filing,
    FindingLife,
    FindingStep,
    Inspection,
    OrgClass,
    PositiveListing,
    RoutePlan,
    Selection,
)
from waste_trace.store.tables.custody import (  # noqa: E402
    Batch,
    Container,
    ContainerEvent,
)
from waste_trace.store.tables.evidence import (  # noqa: E402
    Camera,
    Finding,
    Frame,
    Quarantine,
    QuarantineResolution,
)
from waste_trace.store.tables.ledger import (  # noqa: E402
    CheckpointRow,
    Entry,
    EventIndex,
    LogState,
    TileRow,
)
from waste_trace.store.tables.manifests import Manifest, ManifestParty  # noqa: E402
from waste_trace.store.tables.medical import MedicalBox  # noqa: E402
from waste_trace.store.tables.movements import (  # noqa: E402
    CorrectionRow,
    GenealogyEdge,
    HeapRow,
    MovementRow,
)
from waste_trace.store.tables.notices import (  # noqa: E402
    Notice,
    Subscription,
    Webhook,
    WebhookDelivery,
)
from waste_trace.store.tables.outbox import Outbox  # noqa: E402
from waste_trace.store.tables.parties import Device, Organisation, Site  # noqa: E402
from waste_trace.store.tables.privacy import (  # noqa: E402
    DisclosureAccess,
    DisclosureKey,
    DisclosureRow,
)
from waste_trace.store.tables.registers import (  # noqa: E402
    Contract,
    Permit,
    Plan,
    Qualification,
    TransferApplication,
)
from waste_trace.store.tables.witness import Cosignature  # noqa: E402

#: Rebuilt from the ledger by ``waste-trace rebuild``; nothing but the projector writes them.
READ_TABLES: tuple[type[SQLModel], ...] = (
    EventIndex,
    Organisation,
    Site,
    Device,
    Batch,
    Container,
    ContainerEvent,
    MovementRow,
    HeapRow,
    GenealogyEdge,
    CorrectionRow,
    Manifest,
    ManifestParty,
    Plan,
    Permit,
    Qualification,
    Contract,
    TransferApplication,
    Finding,
    Camera,
    Frame,
    Filing,
    FindingLife,
    FindingStep,
    Inspection,
    OrgClass,
    PositiveListing,
    RoutePlan,
    Selection,
    WasteStream,
    Contact,
    Client,
    CollectionRequest,
    Round,
    Stop,
    MedicalBox,
)

__all__ = [
    "READ_TABLES",
    "Batch",
    "Camera",
    "CheckpointRow",
    "Client",
    "CollectionRequest",
    "Contact",
    "Container",
    "ContainerEvent",
    "Contract",
    "CorrectionRow",
    "Cosignature",
    "Device",
    "DisclosureAccess",
    "DisclosureKey",
    "DisclosureRow",
    "EnrolmentCode",
    "Entry",
    "EventIndex",
    "Filing",
    "Finding",
    "FindingLife",
    "FindingStep",
    "Frame",
    "GenealogyEdge",
    "HeapRow",
    "Inspection",
    "Invitation",
    "LogState",
    "LoginSession",
    "Manifest",
    "ManifestParty",
    "MedicalBox",
    "MovementRow",
    "Notice",
    "OrgClass",
    "Organisation",
    "Outbox",
    "Permit",
    "Plan",
    "PositiveListing",
    "Qualification",
    "Quarantine",
    "QuarantineResolution",
    "Round",
    "RoutePlan",
    "Selection",
    "Site",
    "Stop",
    "Subscription",
    "TileRow",
    "TransferApplication",
    "User",
    "WasteStream",
    "Webhook",
    "WebhookDelivery",
]
