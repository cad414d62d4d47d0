"""Editions that a deployment imported: one JSON file each in a folder, beside the packaged ones.

A file is written whole or not at all, and read back by the same rules that made it.
"""

import json
import os
import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from waste_trace.catalogue.importing import plan_import
from waste_trace.catalogue.lookup import Catalogue, packaged
from waste_trace.catalogue.model import Edition, HazardRule
from waste_trace.codes.waste_code import WasteKind
from waste_trace.errors import WasteTraceError

FOLDER = "catalogue"
"""The folder's name inside the data folder of a deployment."""
_NAME = re.compile(r"[0-9a-z][0-9a-z-]{0,31}")


class UnreadableEdition(WasteTraceError):
    """A file of an imported edition is damaged, or the edition's name cannot be a file's."""

    code: ClassVar[str] = "unreadable-edition"
    default_do_zh: ClassVar[str] = "请重新导入该版名录。"
    default_do_en: ClassVar[str] = "Import this edition again."


def catalogue_with(folder: Path) -> Catalogue:
    """Return the packaged catalogue and the editions in ``folder``, side by side.

    The one in use stays the packaged one until an edition of the same kind with a later date of
    effect and no gap is there. A folder that does not exist is an empty one.

    Raises:
        UnreadableEdition
    """
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    stamps = tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files)
    return _loaded(stamps)


def write_edition(edition: Edition, folder: Path) -> Path:
    """Write an edition as ``<name>.json``; an earlier file of that name is replaced in one step."""
    if not _NAME.fullmatch(edition.name) or edition.name in packaged().editions:
        raise UnreadableEdition(
            f"版本名“{edition.name}”不可用：只用小写字母、数字、连字符，且不与自带版本同名。",
            f"{edition.name!r} cannot name an edition: lower-case letters, digits, hyphens, and "
            "not the name of a packaged one.",
            do_zh="请换一个版本名。",
            do_en="Take another name.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{edition.name}.json"
    half = folder / f".{edition.name}.part"
    with half.open("w", encoding="utf-8") as file:
        json.dump(_document(edition), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    half.replace(target)
    return target


def read_edition(file: Path) -> Edition:
    """Read a file that ``write_edition`` wrote; raise UnreadableEdition for anything else."""
    try:
        document = json.loads(file.read_text("utf-8"))
        base = packaged().edition(WasteKind(document["kind"]))
        plan = plan_import(
            document["rows"],
            name=str(document["name"]),
            title=str(document["title"]),
            effective=date.fromisoformat(document["effective"]),
            certainty=str(document["certainty"]),
            base=base,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise _damaged(file) from problem
    if plan.problems or plan.edition.name != file.stem:
        raise _damaged(file)
    return plan.edition


@lru_cache(maxsize=8)
def _loaded(stamps: tuple[tuple[Path, int, int], ...]) -> Catalogue:
    catalogue = packaged()
    for file, _, _ in stamps:
        edition = read_edition(file)
        current = catalogue.edition(edition.kind)
        catalogue = catalogue.with_edition(edition, use=edition.effective > current.effective)
    return catalogue


def _document(edition: Edition) -> dict[str, Any]:
    return {
        "name": edition.name,
        "title": edition.title,
        "kind": edition.kind.value,
        "effective": edition.effective.isoformat(),
        "certainty": edition.certainty,
        "rows": [
            {
                "code": entry.code,
                "category": entry.category,
                "category_name": entry.category_name,
                "industry_code": entry.industry_code,
                "industry": entry.industry,
                "description": entry.description,
                "hazard_raw": ("/" if entry.hazard_rule is HazardRule.ANY else ",").join(
                    entry.hazards
                ),
                "hazard_rule": entry.hazard_rule.value,
            }
            for entry in edition.entries.values()
        ],
    }


def _damaged(file: Path) -> UnreadableEdition:
    return UnreadableEdition(
        f"名录文件{file.name}已损坏。", f"The catalogue file {file.name} is damaged."
    )
