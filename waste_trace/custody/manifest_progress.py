"""How far a manifest has come (联单状态), as one ordered list and what leads to each stage."""

from collections.abc import Collection, Mapping

#: A later event never takes a manifest back in this order; only another decision does.
PROGRESS = (
    "numbered",
    "opened",
    "void",
    "loaded",
    "in_transit",
    "arrived",
    "weighed",
    "rejected",
    "returning",
    "returned",
    "accepted",
    "accepted_in_part",
    "closed",
)
PROGRESS_ZH: Mapping[str, str] = {
    "numbered": "已取号",
    "opened": "已填写",
    "void": "已作废",
    "loaded": "已装车",
    "in_transit": "运输中",
    "arrived": "已运抵",
    "weighed": "已过磅",
    "rejected": "已拒收",
    "returning": "退运中",
    "returned": "已退回",
    "accepted": "已接收",
    "accepted_in_part": "部分接收",
    "closed": "已办结",
}
#: The stage that an event alone proves.
REACHED: Mapping[str, str] = {
    "number_manifest": "numbered",
    "open_manifest": "opened",
    "void_manifest": "void",
    "load": "loaded",
    "depart": "in_transit",
    "waypoint": "in_transit",
    "hand_over": "in_transit",
    "take_over": "in_transit",
    "arrive": "arrived",
    "weigh_in": "weighed",
    "accept": "accepted",
    "accept_with_difference": "accepted",
    "accept_in_part": "accepted_in_part",
    "reject": "rejected",
    "return": "returning",
    "take_back": "returned",
}
#: Events that belong to a manifest.
MANIFEST_VERBS = frozenset(REACHED)
#: Verbs with which the receiver decides; then the decisions on the containers say how far it is.
DECIDING = frozenset({"accept", "accept_with_difference", "accept_in_part", "reject"})


def stage(verbs: Collection[str], accepted: int, refused: int, returned: int) -> str:
    """The stage of a manifest that is not closed yet.

    Args:
        verbs: of its events. accepted, refused: containers by the receiver's newest decision.
        returned: how many of the refused the sender has again.
    """
    deciding = DECIDING | {"return", "take_back"}
    reached = {REACHED[verb] for verb in verbs if verb not in deciding} | {"numbered"}
    if accepted:
        return "accepted_in_part" if refused else "accepted"
    if refused:
        reached.add("rejected")
    if "return" in verbs:
        reached.add("returning")
    if "take_back" in verbs and returned == refused:
        reached.add("returned")
    return max(reached, key=PROGRESS.index)
