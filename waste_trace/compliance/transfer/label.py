"""The labels say what the manifest says, and the containers are the sender's (art. 13, 16)."""

from collections import Counter

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.transfer.facts import Transfer

LABEL_DIFFERS = Rule(
    "label_differs_from_manifest",
    "标签与联单不符",
    "Labels and manifest differ",
    "危险废物转移管理办法 art. 13 (不一致的，不得装载)",
    "P",
    Severity.SERIOUS,
)
SEVERAL_SENDERS = Rule(
    "several_senders",
    "一份联单有多个移出人",
    "One manifest for several senders",
    "危险废物转移管理办法 art. 16 (每个移出人一份联单)",
    "P",
    Severity.WARNING,
)


def labels_agree(transfer: Transfer) -> list[Raised]:
    """A finding where containers are not listed, of another waste, or not so many as written."""
    listed = set(transfer.listed)
    unlisted = [one.container for one in transfer.carried if one.container not in listed]
    wastes = transfer.kilograms.keys()
    foreign = [one.container for one in transfer.carried if one.waste_code not in wastes]
    counted = Counter(one.waste_code for one in transfer.carried if one.container in listed)
    stated: Counter[str] = Counter()
    for line in transfer.lines:
        stated[line.waste_code] += line.packages
    miscounted = [code for code in wastes if counted[code] != stated[code]] if counted else []
    problems_zh = [
        f"{len(unlisted)} 个容器未列入联单" * bool(unlisted),
        f"{len(foreign)} 个容器的废物代码不在联单" * bool(foreign),
        f"{'、'.join(miscounted)} 的包装数量与容器数不符" * bool(miscounted),
    ]
    problems_en = [
        f"{len(unlisted)} containers are not listed" * bool(unlisted),
        f"{len(foreign)} containers hold a waste that is not listed" * bool(foreign),
        f"the packages of {', '.join(miscounted)} are not counted right" * bool(miscounted),
    ]
    if not (unlisted or foreign or miscounted):
        return []
    return [
        Raised(
            LABEL_DIFFERS,
            f"{LABEL_DIFFERS.name}:{transfer.manifest}",
            transfer.manifest,
            transfer.sender,
            "；".join(filter(None, problems_zh)) + "。",
            "Against the manifest: " + "; ".join(filter(None, problems_en)) + ".",
            {"unlisted": unlisted, "other_waste": foreign, "miscounted": miscounted},
        )
    ]


def one_sender(transfer: Transfer) -> list[Raised]:
    """A finding for containers that the sender has never had in its hands."""
    others = [one for one in transfer.carried if transfer.sender not in one.holders]
    if not others:
        return []
    return [
        Raised(
            SEVERAL_SENDERS,
            f"{SEVERAL_SENDERS.name}:{transfer.manifest}",
            transfer.manifest,
            transfer.sender,
            f"{len(others)} 个容器不属于移出人。",
            f"{len(others)} containers have never been with the sender.",
            {
                "containers_of_others": [one.container for one in others],
                "holders": sorted({org for one in others for org in one.holders}),
            },
        )
    ]
