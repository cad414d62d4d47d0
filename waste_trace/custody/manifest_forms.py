"""The forms of manifest (联单类型): what differs between them is data, not code."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from waste_trace.codes import waste_code
from waste_trace.codes.errors import InvalidCode


@dataclass(frozen=True, slots=True)
class ManifestForm:
    """One form.

    Attributes:
        lists: kinds of waste code that may stand on it. classes: and only these classes, if any.
        bulk: may move waste without containers (散装). licensed: the receiver needs a licence,
            printed under ``licence_zh``.
        source, certainty: of what is said here; M and ? are shown as 未核实.
    """

    kind: str
    zh: str
    en: str
    lists: tuple[str, ...]
    classes: tuple[str, ...]
    bulk: bool
    licence_zh: str
    licensed: bool
    source: str
    certainty: str

    def takes(self, code: str) -> bool:
        """True if a waste of this code belongs on the form; malformed codes belong on none."""
        try:
            parsed = waste_code.parse(code)
        except InvalidCode:
            return False
        return parsed.kind.value in self.lists and (
            not self.classes or parsed.category in self.classes
        )


@cache
def manifest_forms() -> Mapping[str, ManifestForm]:
    """The forms that ship with the software, by kind; read once."""
    text = (resources.files("waste_trace.custody") / "data" / "manifest_forms.json").read_text(
        "utf-8"
    )
    return {kind: _form(kind, row) for kind, row in json.loads(text).items()}


def _form(kind: str, row: Mapping[str, Any]) -> ManifestForm:
    lists, classes = tuple(row["lists"]), tuple(row["classes"])
    return ManifestForm(kind=kind, **{**row, "lists": lists, "classes": classes})
