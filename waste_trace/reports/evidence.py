"""The checkpoint of a form in words, for the foot of its pages."""

from waste_trace.reports.cells import shown
from waste_trace.reports.form import Form, Kind, Stamp, Words

UNCONFIRMED = Words("未核实", "not confirmed")


def stamp_line(stamp: Stamp) -> str:
    """Ledger, size and root in one line: enough to find the checkpoint, and to doubt another."""
    return f"台账检查点 {stamp.origin}　{stamp.size} 条　树根 {stamp.root}"


def made_line(form: Form) -> str:
    """What the form follows, and when the checkpoint was signed and the form was made."""
    source, stamp = form.title.source, form.stamp
    doubt = f"（{UNCONFIRMED.zh}）" if source.unconfirmed else ""
    signed, made = shown(stamp.signed_at, Kind.TIME), shown(stamp.made_at, Kind.TIME)
    return f"依据 {source.standard} {source.clause}{doubt}　检查点签名于 {signed}　制表于 {made}"
