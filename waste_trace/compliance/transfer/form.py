"""The manifest is of the form that its wastes belong on: hazardous waste on no other."""

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.transfer.facts import Transfer
from waste_trace.custody.manifest_forms import manifest_forms

WRONG_FORM = Rule(
    "wrong_form",
    "联单类型与废物不符",
    "Waste on the wrong form of manifest",
    "危险废物转移管理办法 art. 7; forms are data (manifest_forms.json)",
    "M",
    Severity.SERIOUS,
)


def right_form(transfer: Transfer) -> list[Raised]:
    """A finding where wastes, or waste without containers, do not belong on the form."""
    form = manifest_forms()[transfer.kind]
    foreign = [code for code in transfer.kilograms if not form.takes(code)]
    loose = not form.bulk and not transfer.listed
    if not foreign and not loose:
        return []
    zh = [f"{'、'.join(foreign)} 不属于{form.zh}"] * bool(foreign) + ["没有列出容器"] * loose
    en = [f"{', '.join(foreign)} cannot stand on it"] * bool(foreign)
    en += ["no containers are listed"] * loose
    return [
        Raised(
            WRONG_FORM,
            f"{WRONG_FORM.name}:{transfer.manifest}",
            transfer.manifest,
            transfer.sender,
            "；".join(zh) + "。",
            f"{form.en}: " + "; ".join(en) + ".",
            {"kind": transfer.kind, "codes": foreign},
        )
    ]
