"""Pictures and documents that prove something about a finding or a visit, by their SHA-256."""

import hashlib
from typing import ClassVar

from sqlalchemy import select

from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.services.sign_in import Person
from waste_trace.services.visible import visible_findings
from waste_trace.store.tables import Finding, FindingStep, Inspection
from waste_trace.store.writing import table_of

#: First bytes to media type: nothing else is kept, and nothing that a browser would run.
_KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"%PDF-": "application/pdf",
}


class UnfitEvidence(WasteTraceError):
    """A file that is no picture and no PDF, or too large."""

    code: ClassVar[str] = "unfit-evidence"
    default_do_zh: ClassVar[str] = "请上传 JPEG、PNG 图片或 PDF 文件。"
    default_do_en: ClassVar[str] = "Give a JPEG or PNG picture, or a PDF."


class UnknownEvidence(WasteTraceError):
    """There is no such file, or none that this person sees."""

    code: ClassVar[str] = "unknown-evidence"
    default_do_zh: ClassVar[str] = "请从问题或检查页面打开。"
    default_do_en: ClassVar[str] = "Open it from the page of the finding or the inspection."


def keep_evidence(deployment: Deployment, data: bytes) -> str:
    """Keep a file; its SHA-256 in hex, which an event then names.

    Raises:
        UnfitEvidence
    """
    limit = deployment.settings.max_picture_bytes
    if len(data) > limit:
        raise UnfitEvidence(f"文件超过 {limit} 字节。", f"The file is larger than {limit} bytes.")
    if not _media_type(data):
        raise UnfitEvidence("文件类型不支持。", "This kind of file is not taken.")
    deployment.blobs.put(data)
    return hashlib.sha256(data).hexdigest()


def find_evidence(deployment: Deployment, person: Person, sha256: str) -> tuple[bytes, str]:
    """A file that a visible finding or inspection names, with its media type.

    Raises:
        UnknownEvidence
    """
    data = deployment.blobs.get(sha256) if _is_named(deployment, person, sha256) else None
    if data is None:
        raise UnknownEvidence("没有这份材料。", "There is no such file.")
    return data, _media_type(data)


def _is_named(deployment: Deployment, person: Person, sha256: str) -> bool:
    finding, step, visit = table_of(Finding), table_of(FindingStep), table_of(Inspection)
    quoted = f'"{sha256}"'
    steps = (
        select(step.c.idx)
        .join(finding, finding.c.key == step.c.key)
        .where(step.c.evidence.contains(quoted, autoescape=True), visible_findings(person))
    )
    visits = select(visit.c.idx).where(visit.c.photographs.contains(quoted, autoescape=True))
    if person.role != REGULATOR:
        visits = visits.where(visit.c.org == person.org)
    with deployment.engine.connect() as connection:
        return any(connection.execute(query.limit(1)).first() for query in (steps, visits))


def _media_type(data: bytes) -> str:
    return next((kind for first, kind in _KINDS.items() if data.startswith(first)), "")
