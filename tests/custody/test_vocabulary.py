"""Who may say what, as one table; and what a handheld offers to whom."""

import itertools

import pytest

from waste_trace.custody.errors import NotPermitted, UnknownEventType
from waste_trace.custody.vocabulary import (
    KINDS,
    VOCABULARY,
    actions_for,
    event_type,
    require_permitted,
)

#: Who may say it: kinds of organisation, or the one service (in capitals here).
HOLDERS = "producer platform treatment"
CHAIN = "producer platform transporter treatment"
MAY = {
    "issue": "ISSUER",
    "reissue": "ISSUER",
    "label": CHAIN,
    "relabel": CHAIN,
    "void_label": HOLDERS,
    "bind_mark": HOLDERS,
    "produce": "producer platform",
    "produce_secondary": HOLDERS,
    "open_stock": HOLDERS,
    "fill": HOLDERS,
    "weigh": CHAIN,
    "collect": "platform",
    "hand_in": "producer",
    "store_in": HOLDERS,
    "move": HOLDERS,
    "inspect": HOLDERS,
    "store_out": HOLDERS,
    "write_off": CHAIN,
    "merge": "platform treatment",
    "split": HOLDERS,
    "repack": HOLDERS,
    "produce_bulk": HOLDERS,
    "open_bulk": HOLDERS,
    "store_bulk": HOLDERS,
    "treat_bulk": HOLDERS,
    "take_stock": HOLDERS,
    "number_manifest": "NUMBERING",
    "open_manifest": HOLDERS,
    "void_manifest": HOLDERS,
    "load": "transporter",
    "depart": "transporter",
    "waypoint": "transporter",
    "hand_over": "transporter",
    "take_over": "transporter",
    "arrive": "transporter",
    "weigh_in": "platform treatment",
    "accept": "platform treatment",
    "accept_with_difference": "platform treatment",
    "accept_in_part": "platform treatment",
    "reject": "platform treatment",
    "return": "transporter",
    "take_back": HOLDERS,
    "treat": HOLDERS,
    "export": HOLDERS,
    "correct": CHAIN,
    "confirm_correction": CHAIN,
    "dispute_correction": CHAIN,
    "register_stream": "producer platform regulator",
    "register_contact": "producer platform regulator",
    "sign_client": "platform",
    "end_client": "platform",
    "request_collection": "producer platform",
    "cancel_request": "producer platform",
    "plan_round": "platform",
    "visit": "platform",
    "file_plan": HOLDERS,
    "amend_plan": HOLDERS,
    "register_permit": "platform treatment regulator",
    "suspend_permit": "regulator",
    "register_qualification": "transporter regulator",
    "sign_contract": HOLDERS,
    "apply_transfer": HOLDERS,
    "preliminary_opinion": "regulator",
    "destination_reply": "regulator",
    "decide_transfer": "regulator",
    "capture_frame": HOLDERS,
    "verify_frame": "VISION",
    "review": "CALENDAR",
    "explain_finding": CHAIN,
    "rectify_finding": CHAIN,
    "accept_explanation": "regulator",
    "send_back": "regulator",
    "close_finding": "regulator",
    "announce_selection": "regulator",
    "draw_selection": "regulator",
    "inspect_org": "regulator",
    "set_positive_list": "regulator",
    "classify_org": "regulator",
    "file_declaration": HOLDERS,
    "plan_route": CHAIN,
}
SERVICES = ("registrar", "issuer", "vision", "numbering", "calendar")


def permitted(typ: str, kinds: frozenset[str], service: str) -> bool:
    """What the product says; a refusal says why."""
    refused: NotPermitted | None = None
    try:
        require_permitted(typ, kinds, service)
    except NotPermitted as error:
        refused = error
    if refused is not None:
        assert refused.facts["typ"] == typ
        assert refused.facts["registered"] == sorted(kinds)
        assert event_type(typ).zh in refused.zh
    return refused is None


def test_the_table_is_about_every_event() -> None:
    assert MAY.keys() == VOCABULARY.keys()


@pytest.mark.parametrize("typ", MAY)
def test_each_kind_of_organisation_may_say_what_the_table_says(typ: str) -> None:
    for kind in KINDS:
        assert permitted(typ, frozenset({kind}), "") == (kind in MAY[typ].split()), kind
    assert not permitted(typ, frozenset(), "")


@pytest.mark.parametrize("typ", MAY)
def test_each_service_may_say_its_own_event_and_no_other(typ: str) -> None:
    for service in SERVICES:
        assert permitted(typ, frozenset(), service) == (MAY[typ] == service.upper()), service
        # A service does not borrow the permission of an organisation.
        assert permitted(typ, frozenset(KINDS), service) == (MAY[typ] == service.upper())


def test_an_organisation_of_several_kinds_may_say_what_one_of_them_may() -> None:
    for kinds in itertools.combinations(KINDS, 2):
        for typ in VOCABULARY:
            alone = any(permitted(typ, frozenset({kind}), "") for kind in kinds)
            assert permitted(typ, frozenset(kinds), "") == alone


def test_nobody_may_say_what_is_not_in_the_vocabulary() -> None:
    with pytest.raises(UnknownEventType):
        require_permitted("teleport", frozenset(KINDS), "registrar")


def test_a_handheld_offers_what_its_organisation_may_do_with_a_scan() -> None:
    offered = {kind: [row.typ for row in actions_for(frozenset({kind}))] for kind in KINDS}
    ending = ("take_back", "treat", "export", "write_off", "label", "relabel", "void_label")
    accepting = ("accept", "accept_with_difference", "accept_in_part", "reject")
    store = ("store_in", "move", "inspect", "store_out")
    loose = ("produce_bulk", "open_bulk", "store_bulk", "treat_bulk", "take_stock")
    assert offered == {
        "producer": [
            *("open_stock", "fill", "weigh", "hand_in", *store, "split", "repack"),
            *loose,
            *ending,
        ],
        "platform": [
            *("open_stock", "fill", "weigh", "collect", *store, "merge", "split", "repack"),
            *loose,
            *("weigh_in", *accepting, *ending, "visit"),
        ],
        "transporter": [
            *("weigh", "load", "depart", "waypoint", "hand_over", "take_over", "arrive", "return"),
            *("write_off", "label", "relabel"),
        ],
        "treatment": [
            *("open_stock", "fill", "weigh", *store, "merge", "split", "repack"),
            *loose,
            *("weigh_in", *accepting, *ending),
        ],
        "regulator": [],
    }


def test_only_a_platform_is_asked_whose_waste_it_fills() -> None:
    filling = event_type("fill")
    assert "unit" not in filling.asks(frozenset({"producer"}))
    assert "unit" not in filling.asks(frozenset({"treatment"}))
    assert filling.asks(frozenset({"platform"})) == filling.needs
    assert "unit" in event_type("visit").asks(frozenset({"producer", "platform"}))


def test_what_a_handheld_asks_for_is_in_the_body_or_the_header() -> None:
    for row in VOCABULARY.values():
        for name in row.needs:
            assert name == "site" or name in row.body.model_fields, (row.typ, name)
        required = {name for name, field in row.body.model_fields.items() if field.is_required()}
        assert not row.needs or required <= set(row.needs), row.typ


def test_every_event_has_names_of_its_own() -> None:
    for names in ([row.zh for row in VOCABULARY.values()], [row.en for row in VOCABULARY.values()]):
        assert all(names)
        assert len(set(names)) == len(names)
