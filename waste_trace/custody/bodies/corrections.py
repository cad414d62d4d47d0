"""What was recorded wrongly, and what it should have been (更正). Both versions stay.

A correction takes effect when another party of the event confirms it; where there is none, at once.
"""

from typing import Literal

from waste_trace.custody.bodies.fields import Body, EntryIndex, Text

#: The fields of an event's body that can be corrected.
Correctable = Literal[
    "weight_kg", "vehicle_plate", "driver", "escort", "batch", "method", "place", "waste_name",
    "facility",
]  # fmt: skip


class CorrectBody(Body):
    """更正: ``field`` of the entry ``corrects`` should have been ``new``; it says ``old``."""

    corrects: EntryIndex
    field: Correctable
    old: Text
    new: Text
    reason: Literal["typing", "scale", "wrong_label", "wrong_waste", "other"]


class ConfirmCorrectionBody(Body):
    """确认更正: another party agrees with the entry ``correction``."""

    correction: EntryIndex


class DisputeCorrectionBody(Body):
    """异议: another party does not agree with the entry ``correction``."""

    correction: EntryIndex
    reason: Literal["not_so", "other_figure", "no_evidence", "other"]
