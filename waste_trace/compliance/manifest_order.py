"""Who signs which part of a manifest, and when (转移管理办法 art. 7, 11, 13, 18)."""

from collections.abc import Mapping

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.custody.manifest import Irregular, ManifestPresent
from waste_trace.custody.vocabulary import VOCABULARY

VOID_AFTER_LOADING = Rule(
    "void_after_loading",
    "装车后作废联单",
    "Manifest made void after loading",
    "危险废物转移管理办法 art. 7 (联单随危险废物转移运行); own rule on voiding",
    "M",
    Severity.SERIOUS,
)
CHANGED_AFTER_SIGNING = Rule(
    "changed_after_signing",
    "签署后改填联单",
    "Manifest written anew after loading",
    "危险废物转移管理办法 art. 13 (装载前核对); own rule on sealing",
    "M",
    Severity.WARNING,
)
UNNAMED_PARTY = Rule(
    "unnamed_party",
    "非联单载明单位操作",
    "Acted by a party that the manifest does not name",
    "危险废物转移管理办法 art. 10, 11, 17",
    "P",
    Severity.WARNING,
)
ORDER_RULES = (VOID_AFTER_LOADING, CHANGED_AFTER_SIGNING, UNNAMED_PARTY)
_BY_KIND: Mapping[str, Rule] = {rule.name: rule for rule in ORDER_RULES}


def manifest_order(manifest: str, present: ManifestPresent) -> list[Raised]:
    """A finding for each event that the signing order has no place for."""
    return [_raise(manifest, irregular) for irregular in present.irregular]


def _raise(manifest: str, irregular: Irregular) -> Raised:
    touch = irregular.touch
    verb = VOCABULARY[touch.typ]
    zh, en = {
        "void_after_loading": (
            "联单已装车，作废不影响其进度。",
            "Waste was loaded on it; making it void does not undo that.",
        ),
        "changed_after_signing": (
            "装车后又填写联单，仍以装车前所填为准。",
            "It was written again after loading; what stood there before still counts.",
        ),
        "unnamed_party": (
            f"“{verb.zh}”由联单未载明的单位 {touch.org} 登记。",
            f"{verb.en!r} was recorded by {touch.org}, whom the manifest does not name.",
        ),
    }[irregular.kind]
    return Raised(
        _BY_KIND[irregular.kind],
        f"{irregular.kind}:{manifest}:{touch.idx}",
        manifest,
        touch.org,
        zh,
        en,
        {"typ": touch.typ, "event": touch.idx},
    )
