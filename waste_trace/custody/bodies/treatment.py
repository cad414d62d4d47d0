"""The end of waste: used, disposed of, or out of the country."""

from waste_trace.custody.bodies.fields import ContainersBody, KilogramText, Text


class TreatBody(ContainersBody):
    """利用/处置 with the method code (R/D) of the list of methods."""

    method: Text
    weight_kg: KilogramText
    facility: Text = ""


class ExportBody(ContainersBody):
    """出口: to a unit abroad, under an export notice (出口核准通知单, HJ 1259 B.5)."""

    notice: Text
    country: Text
    consignee: Text
    method: Text = ""
