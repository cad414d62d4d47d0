"""What was recorded wrongly, and what it should have been (更正). Both versions stay.

A correction takes effect when another party of the event confirms it; where there is none, at once.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from waste_trace.custody.bodies.fields import Body, EntryIndex, Text

#: What is never corrected, by its nature, and why.
UNCORRECTABLE: Mapping[str, str] = {
    **dict.fromkeys(
        ("log", "typ", "id", "org", "act", "off"), "who said what, and where, is what was signed"
    ),
    **dict.fromkeys(
        ("dev", "ep", "seq", "prev", "seen", "sig"), "the chain of a device is as it was signed"
    ),
    **dict.fromkeys(
        ("pii", "labels", "photographs", "sha256"), "what was read or pictured is evidence"
    ),
    "manifest": "an event belongs to its manifest: void it, or record the event on the other one",
}


def _correctable(path: str) -> str:
    name = path.partition(".")[0]
    if name in UNCORRECTABLE:
        raise ValueError(f"{name} cannot be corrected: {UNCORRECTABLE[name]}")
    return path


#: Where a value stands: "weight_kg", "lines.2.weight_kg" (lines from 1), "into.CODE.weight_kg";
#: "container.CODE" is the container that the event names so; "claimed_at", "site" are the header's.
FieldPath = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}(\.[A-Za-z0-9_]{1,40}){0,2}$"),
    AfterValidator(_correctable),
]


class CorrectBody(Body):
    """更正: ``field`` of the entry ``corrects`` should have been ``new``; it says ``old``.

    Both as text, "" for nothing. ``old`` is what was signed, whatever has been corrected since.
    """

    corrects: EntryIndex
    field: FieldPath
    old: Text
    new: Text
    reason: Literal["typing", "scale", "wrong_label", "wrong_waste", "clock", "other"]


class ConfirmCorrectionBody(Body):
    """确认更正: another party agrees with the entry ``correction``."""

    correction: EntryIndex


class DisputeCorrectionBody(Body):
    """异议: another party does not agree with the entry ``correction``."""

    correction: EntryIndex
    reason: Literal["not_so", "other_figure", "no_evidence", "other"]
