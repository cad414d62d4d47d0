"""Compare the files of a bundle with its manifest: altered, unlisted and missing ones."""

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from waste_trace.ledger import bundle_layout as layout
from waste_trace.ledger.bundle_reader import Bundle
from waste_trace.ledger.errors import MalformedBundle
from waste_trace.ledger.verify_result import (
    Finding,
    Notice,
    Problem,
    Report,
    Verdict,
    problem_of,
)


@dataclass(frozen=True, slots=True)
class FileCheck:
    """The first finding, if any, and every file that differs from the manifest.

    The finding is returned and not raised: a deeper check can often say which entry is behind it.
    """

    finding: Finding | None
    altered: frozenset[str] = frozenset()


def check_files(bundle: Bundle, report: Report) -> FileCheck:
    """Read every file once; IncompleteBundle if there is no manifest at all."""
    try:
        listed = layout.parse_manifest(bundle.read(layout.MANIFEST))
        present = bundle.names() - {layout.MANIFEST}
    except MalformedBundle as error:
        return FileCheck(Finding(problem_of("files", error, layout.MANIFEST)))
    litter = {name for name in present - set(listed) if _is_litter(name)}
    for name in sorted(litter):
        zh, en = f"多余的系统文件 {name}。", f"{name} was left by a desktop and is ignored."
        report.warn(Notice("files", zh, en))
    missing = sorted(set(listed) - present)
    unlisted = sorted(present - set(listed) - litter)
    altered = [name for name in listed if name in present and _differs(bundle, name, listed[name])]
    finding = _first(altered, unlisted, missing)
    if finding is None and not bundle.is_pristine():
        zh = "压缩包容器与导出时不同；请解压后核验文件夹。"
        en = "The zip container is not as it was exported; unpack it and verify the folder."
        finding = Finding(Problem("files", zh, en), Verdict.INCOMPLETE)
    if finding is None:
        report.passed("files", f"all {len(listed)} files match the manifest")
    return FileCheck(finding, frozenset(altered))


def _first(altered: list[str], unlisted: list[str], missing: list[str]) -> Finding | None:
    for name in altered:
        zh, en = f"文件 {name} 与清单不符。", f"The file {name} does not match the manifest."
        return Finding(Problem("files", zh, en, name))
    for name in unlisted:
        zh, en = f"清单外的文件 {name}。", f"The file {name} is not in the manifest."
        return Finding(Problem("files", zh, en, name))
    for name in missing:
        zh, en = f"缺少文件 {name}。", f"The file {name} is missing."
        return Finding(Problem("files", zh, en, name), Verdict.INCOMPLETE)
    return None


def _differs(bundle: Bundle, name: str, digest: str) -> bool:
    try:
        return hashlib.sha256(bundle.read(name)).hexdigest() != digest
    except MalformedBundle:  # larger than any file of a ledger, or damaged inside a zip
        return True


def _is_litter(name: str) -> bool:
    return PurePosixPath(name).name in layout.DESKTOP_LITTER
