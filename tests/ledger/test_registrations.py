"""What says who may sign cannot be cut off a partial bundle: program and page see it alike."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.ledger.conftest import opened_page
from tests.ledger.page_checks import check, zipped
from tests.ledger.sample_ledger import Device, SampleLedger, key, rotate, sample_policy
from tests.ledger.test_log_keys import keys_for
from tests.ledger.test_partial import NUMBER, REGISTRAR, reseal
from waste_trace.ledger.canonical import JsonValue, canonical_bytes
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.dsse import envelope_bytes, parse_envelope, sign_envelope
from waste_trace.ledger.event import PAYLOAD_TYPE as EVENT
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.partial import write_partial
from waste_trace.ledger.policy import format_policy
from waste_trace.ledger.registrations import (
    PAYLOAD_TYPE,
    REGISTRATIONS,
    Registrations,
    sign_registrations,
)
from waste_trace.ledger.tiles import TreeReader
from waste_trace.ledger.verify import verify_bundle

REVOKED, ROTATED = 5, 6  # entries
FIRST, SECOND = key(2), key(40)  # the registrar's keys


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened_page(browser, tmp_path_factory.mktemp("page")) as opened:
        yield opened


@pytest.fixture(scope="module")
def ledger() -> SampleLedger:
    """A weighing by a device whose key was revoked afterwards, and one that changed its key."""
    ledger = SampleLedger()
    ledger.open()
    guns = [Device("gun-01", key(21)), Device("gun-02", key(22))]
    for gun in guns:
        ledger.enrol(gun)
    ledger.log(guns[0].event("weigh", {"manifest": NUMBER, "weight_kg": "182.500"}))
    lost: dict[str, JsonValue] = {"dev": "gun-01", "ep": 0, "last_good_seq": -1, "reason": "lost"}
    ledger.log(ledger.registrar.event("key.revoke", lost))
    ledger.log(rotate(guns[1], key(41)))
    return ledger


def registrar_key(ep: int) -> SigningKey:
    return [FIRST, SECOND][ep]


def write(ledger: SampleLedger, target: Path, *without: int) -> Path:
    """The weighing's manifest, as its holder would like it to be."""
    leaves = enumerate(ledger.leaves)
    write_partial(
        target,
        kind="manifest",
        value=NUMBER,
        checkpoint=ledger.checkpoint(),
        tree=TreeReader(ledger.tiles, ledger.size),
        entries={index: leaf for index, leaf in leaves if index not in without},
        policy=format_policy(sample_policy()),
        registrar_vkey=REGISTRAR,
        registrar_key=registrar_key,
    )
    return target


def verdict(page: Page, folder: Path) -> str:
    """What both say; they agree on the scope, too."""
    reseal(folder)
    keys = folder.with_name(f"{folder.name}-keys")
    keys = keys_for(keys, sample_policy())
    ours, theirs = verify_bundle(folder, keys), check(page, zipped(folder), keys)
    assert theirs["verdict"] == ours.verdict, (ours.problem, theirs["problem"])
    if ours.problem is not None:
        assert (ours.problem.what, ours.problem.file) == ("enrolment", REGISTRATIONS)
        assert theirs["problem"]["file"] == REGISTRATIONS
        return str(ours.verdict)
    assert ours.scope is not None
    assert theirs["scope"].items() <= ours.scope.items()
    return str(ours.scope["registrations"])


def test_the_registrar_signs_that_nothing_was_left_out(
    page: Page, ledger: SampleLedger, tmp_path: Path
) -> None:
    whole = write(ledger, tmp_path / "whole")
    assert verdict(page, whole) == "attested"
    scope = verify_bundle(whole).scope
    assert scope is not None
    assert "the registrar has signed" in str(scope["statement_en"])
    said = json.loads(parse_envelope((whole / REGISTRATIONS).read_bytes()[:-1]).payload)
    assert (said["entries"], said["n"]) == (6, 7)  # all but the weighing


@pytest.mark.parametrize("index", [REVOKED, ROTATED])
def test_what_is_cut_is_missed(
    page: Page, ledger: SampleLedger, tmp_path: Path, index: int
) -> None:
    honest = write(ledger, tmp_path / "honest")
    cut = write(ledger, tmp_path / "cut", index)
    (cut / REGISTRATIONS).write_bytes((honest / REGISTRATIONS).read_bytes())
    assert verdict(page, cut) == "incomplete"
    (cut / REGISTRATIONS).unlink()
    assert verdict(page, cut) == "open"  # as in bundles of before: it is said
    scope = verify_bundle(cut).scope
    assert scope is not None
    assert "is not seen" in str(scope["statement_en"])


def test_a_new_key_of_the_registrar_signs(page: Page, tmp_path: Path) -> None:
    ledger = SampleLedger()
    ledger.open()
    gun = Device("gun-01", key(21))
    ledger.enrol(gun)
    ledger.log(gun.event("weigh", {"manifest": NUMBER, "weight_kg": "182.500"}))
    ledger.log(rotate(ledger.registrar, SECOND))
    honest = write(ledger, tmp_path / "honest")
    assert verdict(page, honest) == "attested"
    cut = write(ledger, tmp_path / "cut", ledger.size - 1)
    (cut / REGISTRATIONS).write_bytes((honest / REGISTRATIONS).read_bytes())
    assert verdict(page, cut) == "incomplete"  # it was signed by a key that is not here
    by_old = Registrations(read_checkpoint(ledger.checkpoint()), 4)
    (honest / REGISTRATIONS).write_bytes(sign_registrations(by_old, 0, FIRST))
    assert verdict(page, honest) == "tampered"  # the old key may say nothing any more


Said = dict[str, JsonValue]


def forged(
    change: Callable[[Said], Said] = lambda said: said,
    *,
    by: SigningKey = FIRST,
    key_id: str = "registrar/0",
    kind: str = PAYLOAD_TYPE,
) -> Callable[[bytes], bytes]:
    """The registrar's word with something else in it, signed again."""

    def forge(honest: bytes) -> bytes:
        said = json.loads(parse_envelope(honest[:-1]).payload)
        payload = canonical_bytes(change(said))
        return envelope_bytes(sign_envelope(payload, kind, key_id, by)) + b"\n"

    return forge


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(forged(by=key(22)), id="another key"),
        pytest.param(forged(by=key(22), key_id="gun-02/0"), id="a device"),
        pytest.param(forged(key_id="registrar/00"), id="its name is spelt otherwise"),
        pytest.param(forged(kind=EVENT), id="signed as an event"),
        pytest.param(forged(lambda said: said | {"entries": 5}), id="fewer than are here"),
        pytest.param(forged(lambda said: said | {"entries": "6"}), id="no number"),
        pytest.param(forged(lambda said: said | {"entries": True}), id="a truth value"),
        pytest.param(forged(lambda said: said | {"entries": -1}), id="below nothing"),
        pytest.param(forged(lambda said: said | {"n": 6}), id="another size"),
        pytest.param(forged(lambda said: said | {"root": "A" * 43 + "="}), id="another root"),
        pytest.param(forged(lambda said: said | {"log": "other.example/1"}), id="another ledger"),
        pytest.param(forged(lambda said: said | {"v": 2}), id="another version"),
        pytest.param(forged(lambda said: said | {"more": 1}), id="a further field"),
        pytest.param(lambda honest: honest[:-1], id="no newline"),
        pytest.param(lambda honest: honest + b"\n", id="two newlines"),
        pytest.param(lambda honest: honest.replace(b'":', b'": ', 1), id="another spelling"),
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b"[]\n", id="no envelope"),
        pytest.param(lambda _: b"\xff\xfe\n", id="no text"),
    ],
)
def test_it_is_one_statement_of_one_key(
    page: Page, ledger: SampleLedger, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    folder = write(ledger, tmp_path / "bundle")
    honest = (folder / REGISTRATIONS).read_bytes()
    (folder / REGISTRATIONS).write_bytes(change(honest))
    assert verdict(page, folder) == "tampered"
