"""Partial bundles: what they prove, what they leave open, and that all of them is guarded."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import FACTORY, Cast, fill, open_manifest, produce
from tests.ledger.sample_ledger import (
    ORG,
    START_MS,
    Device,
    SampleLedger,
    enrol_body,
    key,
    rotate,
    sample_policy,
    small_ledger,
)
from waste_trace.ledger.bundle_layout import MANIFEST, format_manifest
from waste_trace.ledger.bundle_zip import zip_bundle
from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.dsse import Envelope
from waste_trace.ledger.errors import MalformedBundle
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.partial import Scope, format_scope, parse_scope, runs_of, write_partial
from waste_trace.ledger.policy import format_policy
from waste_trace.ledger.tiles import TreeReader
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Report, Verdict
from waste_trace.ledger.verify_text import render
from waste_trace.services.deployment import Deployment
from waste_trace.services.export_partial import (
    export_container,
    export_manifest,
    export_organisation,
)
from waste_trace.services.prove import NotInLedger

NUMBER = "2026330482000007"
REGISTRAR = log_vkey("registrar.example", key(2)).text


@pytest.fixture(scope="module")
def ledger() -> SampleLedger:
    return small_ledger(300)


def write(ledger: SampleLedger, target: Path, indices: list[int], **more: object) -> Path:
    options: dict[str, object] = {"kind": "manifest", "value": NUMBER, **more}
    write_partial(
        target,
        checkpoint=ledger.checkpoint(),
        tree=TreeReader(ledger.tiles, ledger.size),
        entries={index: ledger.leaves[index] for index in [*range(4), *indices]},
        policy=format_policy(sample_policy()),
        registrar_vkey=REGISTRAR,
        **options,  # type: ignore[arg-type]  # kind, value and period
    )
    return target


@pytest.fixture
def bundle(ledger: SampleLedger, tmp_path: Path) -> Path:
    """One manifest's only event: weighing number 7, entry 11 of 304."""
    return write(ledger, tmp_path / "partial", [11])


def reseal(folder: Path) -> None:
    """What a forger does after a change: write the manifest anew."""
    files = [p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST]
    digests = {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
    }
    (folder / MANIFEST).write_bytes(format_manifest(digests))


def scope_of(report: Report) -> dict[str, object]:
    assert report.problem is None, report.problem
    assert report.verdict is Verdict.PROVEN
    assert report.scope is not None
    return dict(report.scope)


def test_one_manifest_is_proven_and_called_a_selection(bundle: Path) -> None:
    report = verify_bundle(bundle)
    scope = scope_of(report)
    assert (scope["kind"], scope["value"], scope["entries"]) == ("manifest", NUMBER, 1)
    assert scope["shown"] == {"gun-02/0": [[3, 3]]}
    assert "selection" in str(scope["statement_en"])
    assert report.size == 304
    assert json.loads(json.dumps(report.to_value()))["scope"] == scope
    assert str(scope["statement_zh"]) in render(report)
    assert all(check["ok"] for check in report.to_value()["checks"])  # type: ignore[union-attr,index,call-overload]


def test_an_organisation_and_period_runs_on_without_gaps(
    ledger: SampleLedger, tmp_path: Path
) -> None:
    own = SampleLedger()
    own.open()
    guns = [Device("gun-01", key(21)), Device("gun-02", key(22))]
    for gun in guns:
        own.enrol(gun)
    for n in range(30):
        own.log(of_org(guns[0], n))
    period = (START_MS + 1000 * 10, START_MS + 1000 * 20)
    chosen = {index: own.leaves[index] for index in [*range(4), *range(10, 20)]}
    options = {
        "kind": "organisation",
        "value": ORG,
        "checkpoint": own.checkpoint(),
        "tree": TreeReader(own.tiles, own.size),
        "policy": format_policy(sample_policy()),
        "registrar_vkey": REGISTRAR,
        "period_ms": period,
    }
    write_partial(tmp_path / "whole", entries=chosen, **options)  # type: ignore[arg-type]
    scope = scope_of(verify_bundle(tmp_path / "whole"))
    assert scope["shown"] == {"gun-01/0": [[6, 15]]}
    assert (scope["with_gaps"], scope["silent"]) == ([], ["gun-02/0"])  # see test_period
    chosen.pop(13)
    write_partial(tmp_path / "gap", entries=chosen, **options)  # type: ignore[arg-type]
    scope = scope_of(verify_bundle(tmp_path / "gap"))
    assert scope["with_gaps"] == ["gun-01/0"]
    assert "gaps of gun-01/0" in str(scope["statement_en"])
    chosen[21] = own.leaves[21]
    with pytest.raises(MalformedBundle, match="Entry 21"):
        write_partial(tmp_path / "beyond", entries=chosen, **options)  # type: ignore[arg-type]


def test_a_zip_of_it_is_verified_too(bundle: Path, tmp_path: Path) -> None:
    with (tmp_path / "b.zip").open("wb") as target:
        zip_bundle(bundle, target)
    scope_of(verify_bundle(tmp_path / "b.zip"))


@pytest.mark.parametrize("sealed", [False, True])
def test_every_file_counts(bundle: Path, sealed: bool) -> None:
    """Flip bytes all over each file; a forger may write the manifest anew, and gains nothing."""
    assert verify_bundle(bundle).exit_code == 0
    for file in sorted(p for p in bundle.rglob("*") if p.is_file()):
        if sealed and file.name in (MANIFEST, "README.txt", "policy.txt", "registrar.vkey"):
            continue  # the reader's own keys decide; see test_verify
        good = file.read_bytes()
        for position in range(0, len(good), max(1, len(good) // 23)):
            file.write_bytes(good[:position] + bytes([good[position] ^ 1]) + good[position + 1 :])
            if sealed:
                reseal(bundle)
            report = verify_bundle(bundle)
            assert report.exit_code != 0, (file.name, position)
            file.write_bytes(good)
        reseal(bundle)


def without(*paths: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        for path in paths:
            (folder / path).unlink()

    return change


@pytest.mark.parametrize(
    ("change", "verdict", "what"),
    [
        (without("entry/11.json"), Verdict.INCOMPLETE, "scope"),
        (without("entry/11.tlog-proof"), Verdict.TAMPERED, "proofs"),
        (without("entry/0.json", "entry/0.tlog-proof"), Verdict.INCOMPLETE, "enrolment"),
        (without("entry/2.json", "entry/2.tlog-proof"), Verdict.INCOMPLETE, "enrolment"),
        (without("entry/3.json", "entry/3.tlog-proof"), Verdict.TAMPERED, "signatures"),
    ],
)
def test_what_is_left_out_is_missed(
    bundle: Path, change: Callable[[Path], None], verdict: Verdict, what: str
) -> None:
    change(bundle)
    reseal(bundle)
    report = verify_bundle(bundle)
    assert report.problem is not None
    assert (report.verdict, report.problem.what) == (verdict, what)


def test_an_entry_out_of_scope_is_refused(ledger: SampleLedger, tmp_path: Path) -> None:
    with pytest.raises(MalformedBundle, match="Entry 12"):
        write(ledger, tmp_path / "a", [11, 12])
    folder = write(ledger, tmp_path / "b", [11])
    other = write(ledger, tmp_path / "c", [12], value="2026330482000008")
    for suffix in ("json", "tlog-proof"):
        (folder / f"entry/12.{suffix}").write_bytes((other / f"entry/12.{suffix}").read_bytes())
    reseal(folder)
    report = verify_bundle(folder)
    assert report.problem is not None
    assert (report.problem.what, report.problem.index) == ("scope", 12)


def test_a_proof_of_another_entry_does_not_do(bundle: Path) -> None:
    (bundle / "entry/3.tlog-proof").write_bytes((bundle / "entry/2.tlog-proof").read_bytes())
    reseal(bundle)
    report = verify_bundle(bundle)
    assert report.problem is not None
    assert (report.problem.what, report.problem.index) == ("proofs", 3)


def test_a_revoked_key_is_shown_although_the_selection_is_narrow(tmp_path: Path) -> None:
    ledger = SampleLedger()
    ledger.open()
    gun = Device("gun-01", key(21))
    ledger.log(ledger.registrar.event("key.enrol", enrol_body(gun)))
    body: dict[str, JsonValue] = {"dev": "gun-01", "ep": 0, "last_good_seq": -1, "reason": "lost"}
    ledger.log(ledger.registrar.event("key.revoke", body))
    ledger.log(gun.event("weigh", {"manifest": NUMBER, "weight_kg": "1.000"}))
    write_partial(
        tmp_path / "p",
        kind="manifest",
        value=NUMBER,
        checkpoint=ledger.checkpoint(),
        tree=TreeReader(ledger.tiles, ledger.size),
        entries=dict(enumerate(ledger.leaves)),
        policy=format_policy(sample_policy()),
        registrar_vkey=REGISTRAR,
    )
    report = verify_bundle(tmp_path / "p")
    assert "late_after_revoke" in {notice.what for notice in report.warnings}


def test_a_registrar_that_has_changed_its_key(tmp_path: Path) -> None:
    """All that each of its keys said comes along; without one of these, a revocation may lack."""
    ledger = SampleLedger()
    ledger.open()
    gun, other = Device("gun-01", key(21)), Device("gun-02", key(22))
    ledger.enrol(gun)
    ledger.log(rotate(ledger.registrar, key(40)))

    def written(name: str, without: int | None = None) -> Report:
        entries = dict(enumerate(ledger.leaves))
        if without is not None:
            del entries[without]
        write_partial(
            tmp_path / name,
            kind="manifest",
            value=NUMBER,
            checkpoint=ledger.checkpoint(),
            tree=TreeReader(ledger.tiles, ledger.size),
            entries=entries,
            policy=format_policy(sample_policy()),
            registrar_vkey=REGISTRAR,
        )
        return verify_bundle(tmp_path / name)

    assert scope_of(written("silent"))["registrar_up_to"] == -1
    ledger.enrol(other)
    ledger.enrol(Device("gun-03", key(23)))
    ledger.log(gun.event("weigh", {"manifest": NUMBER, "weight_kg": "1.000"}))
    scope = scope_of(written("whole"))
    assert (scope["registrar_epoch"], scope["registrar_up_to"]) == (1, 1)
    assert scope["shown"] == {"gun-01/0": [[0, 0]]}
    for index, what in ((1, "enrolment"), (3, "signatures"), (4, "enrolment")):
        report = written(f"without-{index}", index)
        assert report.problem is not None
        assert report.verdict is not Verdict.PROVEN
        assert report.problem.what == what, index


def test_scopes_have_one_spelling() -> None:
    scope = Scope("container", "X", 0, 0, runs_of({"b/0": {1, 2, 5}, "a/0": {0}}))
    assert scope.shown == {"a/0": [(0, 0)], "b/0": [(1, 2), (5, 5)]}
    data = format_scope(scope)
    assert parse_scope(data) == scope
    for bad in (
        data[:-1],
        data + b"\n",
        data.replace(b'"v":1', b'"v":2'),
        data.replace(b"container", b"planet"),
        data.replace(b"[1,2]", b"[2,1]"),
        data.replace(b"[1,2]", b"[1]"),
        data.replace(b'"value":"X"', b'"value":""'),
    ):
        with pytest.raises(MalformedBundle):
            parse_scope(bad)


def test_out_of_a_real_ledger(deployment: Deployment, cast: Cast, tmp_path: Path) -> None:
    """The services find the events of a drum and of a unit; the verifier agrees with its keys."""
    deployment.write_public_keys(tmp_path / "keys")
    keys = tmp_path / "keys"
    first, second = cast.containers(2)
    number, other = cast.manifest(), cast.manifest()
    start = deployment.now()
    device = cast.device(FACTORY)
    device.tell("produce", produce())
    for code in (first, second):
        device.tell("fill", fill(code))
    device.tell("open_manifest", open_manifest(number, [first]))
    end = deployment.now() + timedelta(minutes=1)

    export_container(deployment, first, tmp_path / "drum")
    scope = scope_of(verify_bundle(tmp_path / "drum", keys))
    assert scope["shown"] == {f"{device.dev}/0": [[1, 1], [3, 3]], "issuer/0": [[0, 0]]}
    assert scope["registrations"] == "attested"

    export_manifest(deployment, number, tmp_path / "manifest")
    scope = scope_of(verify_bundle(tmp_path / "manifest", keys))
    # The entry that gave out this number is shown, the one that gave out the other is not.
    assert scope["shown"] == {f"{device.dev}/0": [[3, 3]], "numbering/0": [[0, 0]]}

    export_organisation(deployment, FACTORY, start, end, tmp_path / "unit")
    scope = scope_of(verify_bundle(tmp_path / "unit", keys))
    assert scope["with_gaps"] == []
    assert f"{device.dev}/0" in dict(scope["shown"])  # type: ignore[call-overload]

    assert other
    with pytest.raises(NotInLedger):
        export_manifest(deployment, "20263304820099", tmp_path / "none")


def of_org(gun: Device, number: int) -> Envelope:
    return gun.event("weigh", {"weight_kg": f"{number}.000"}, org=ORG)
