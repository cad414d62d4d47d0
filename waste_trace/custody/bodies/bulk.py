"""Loose waste (散装): what lies in a heap or stands in a tank (储罐), and in no container.

The heap is the waste's code at the header's ``site``; whoever moves it between two units writes a
manifest, whose lines say how much (`bodies.manifests`).
"""

from waste_trace.custody.bodies.fields import Body, KilogramText, Text, WasteCodeText


class BulkBody(Body):
    """The common shape: so much of one waste. ``waste_name``: what the unit calls it."""

    waste_code: WasteCodeText
    waste_name: Text = ""
    weight_kg: KilogramText


class ProduceBulkBody(BulkBody):
    """散装产生: it arose at ``facility`` and lies at the header's site (公告2021年第82号 附表4)."""

    facility: Text = ""


class OpenBulkBody(BulkBody):
    """散装期初库存: it lay there when its record began."""


class StoreBulkBody(BulkBody):
    """散装入库: into the store of the header's site (附表5), out of another of the unit's.

    ``from_site``: where it was before; "" where no site was named.
    """

    from_site: Text = ""


class TreatBulkBody(BulkBody):
    """散装利用处置: used or disposed of by the unit itself, with the method code (附表6, 附表7)."""

    method: Text
    facility: Text = ""


class TakeStockBody(BulkBody):
    """散装盘点: ``weight_kg`` is what is there. What the books have beyond it is a loss."""
