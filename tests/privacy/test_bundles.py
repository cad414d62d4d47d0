"""A bundle shows personal data only where somebody chose to, and only what the entries answer."""

import hashlib
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import BUREAU, CARRIER, GARAGE, person, transport
from tests.devices import Clock
from tests.privacy.conftest import DRIVER, Loading
from waste_trace.compliance.retention import Basis
from waste_trace.ledger.bundle_layout import DISCLOSURES, MANIFEST, format_manifest
from waste_trace.ledger.disclosure import format_shown, make_disclosure, parse_shown
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Report, Verdict
from waste_trace.services.deployment import Deployment
from waste_trace.services.disclose import list_accesses
from waste_trace.services.erase_person import erase_disclosures
from waste_trace.services.export_bundle import export_bundle, export_bundle_zip
from waste_trace.services.export_partial import (
    export_container,
    export_manifest,
    export_organisation,
)
from waste_trace.services.sign_in import Person

Export = Callable[[Deployment, Loading, Path, Person | None], object]
EXPORTS: list[Export] = [
    lambda deployment, _, target, who: export_bundle(deployment, target, disclose_to=who),
    lambda deployment, loading, target, who: export_container(
        deployment, loading.container, target, who
    ),
    lambda deployment, loading, target, who: export_manifest(
        deployment, loading.manifest, target, who
    ),
]


def seal_again(bundle: Path) -> None:
    """Write the manifest anew, as somebody who alters a bundle would."""
    files = [path for path in bundle.rglob("*") if path.is_file() and path.name != MANIFEST]
    digests = {
        path.relative_to(bundle).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    (bundle / MANIFEST).write_bytes(format_manifest(digests))


def checks(report: Report) -> dict[str, bool]:
    """Names of checks, and whether they went well."""
    listed = report.to_value()["checks"]
    assert isinstance(listed, list)
    return {str(one["name"]): bool(one["ok"]) for one in listed if isinstance(one, dict)}


@pytest.mark.parametrize("export", EXPORTS)
def test_none_by_default(
    deployment: Deployment, loading: Loading, tmp_path: Path, export: Export
) -> None:
    export(deployment, loading, tmp_path / "bundle", None)
    assert not (tmp_path / "bundle" / DISCLOSURES).exists()
    report = verify_bundle(tmp_path / "bundle")
    assert report.verdict is Verdict.PROVEN
    assert "disclosures" not in checks(report)
    for path in (tmp_path / "bundle").rglob("*"):
        if path.is_file():
            assert not any(value.encode() in path.read_bytes() for value in DRIVER.values())
    assert list_accesses(deployment) == []


@pytest.mark.parametrize("export", EXPORTS)
def test_what_is_shown_is_proven_and_written_down(
    deployment: Deployment, loading: Loading, tmp_path: Path, export: Export
) -> None:
    export(deployment, loading, tmp_path / "bundle", person(BUREAU))
    shown = parse_shown((tmp_path / "bundle" / DISCLOSURES).read_bytes())
    assert {index: set(many) for index, many in shown.items()} == {
        loading.index: set(loading.disclosures)
    }
    report = verify_bundle(tmp_path / "bundle")
    assert (report.verdict, checks(report)["disclosures"]) == (Verdict.PROVEN, True)
    (access,) = list_accesses(deployment)
    assert access["purpose"] == "export"
    assert access["idx"] == loading.index
    assert access["names"] == "driver_name,driver_phone"


@pytest.mark.parametrize("export", EXPORTS)
def test_another_value_or_place_is_tampering(
    deployment: Deployment, loading: Loading, tmp_path: Path, export: Export
) -> None:
    export(deployment, loading, tmp_path / "good", person(CARRIER))
    good = [one.text for one in loading.disclosures]
    false = make_disclosure("driver_name", "李四", bytes(16)).text
    last = 10**6
    for number, (shown, index) in enumerate(
        [
            ({loading.index: [false]}, loading.index),
            ({loading.index: [*good, false]}, loading.index),
            ({loading.index - 1: good[:1]}, loading.index - 1),
            ({0: good}, 0),
            ({last: good}, last),
        ]
    ):
        bundle = tmp_path / f"bad{number}"
        shutil.copytree(tmp_path / "good", bundle)
        (bundle / DISCLOSURES).write_bytes(format_shown(shown))
        assert verify_bundle(bundle).exit_code == 1  # the manifest alone says so
        seal_again(bundle)
        report = verify_bundle(bundle)
        assert report.verdict is Verdict.TAMPERED
        assert report.problem is not None
        assert (report.problem.what, report.problem.file) == ("disclosures", DISCLOSURES)
        assert report.problem.index == index


def test_a_file_that_cannot_be_read_is_tampering(
    deployment: Deployment, loading: Loading, tmp_path: Path
) -> None:
    export_bundle(deployment, tmp_path / "bundle", disclose_to=person(BUREAU))
    path = tmp_path / "bundle" / DISCLOSURES
    for data in (path.read_bytes()[:-1], path.read_bytes() * 2, b"\n", b"\xff\n"):
        path.write_bytes(data)
        seal_again(tmp_path / "bundle")
        report = verify_bundle(tmp_path / "bundle")
        assert (report.exit_code, report.problem and report.problem.what) == (1, "disclosures")


def test_a_bundle_that_still_shows_what_was_erased_is_warned_of(
    deployment: Deployment, loading: Loading, tmp_path: Path
) -> None:
    export_bundle(deployment, tmp_path / "before", disclose_to=person(BUREAU))
    erase_disclosures(deployment, loading.digests, Basis.COURT)
    export_bundle(deployment, tmp_path / "after", disclose_to=person(BUREAU))
    assert not (tmp_path / "after" / DISCLOSURES).exists()
    shutil.copy(tmp_path / "before" / DISCLOSURES, tmp_path / "after" / DISCLOSURES)
    seal_again(tmp_path / "after")
    report = verify_bundle(tmp_path / "after")
    assert report.verdict is Verdict.PROVEN
    assert [one.what for one in report.warnings].count("erased") == 2


def test_who_is_no_party_gets_none(
    deployment: Deployment, loading: Loading, tmp_path: Path
) -> None:
    export_container(deployment, loading.container, tmp_path / "bundle", person(GARAGE))
    assert not (tmp_path / "bundle" / DISCLOSURES).exists()


def test_what_stands_beside_a_period_shows_nobody(
    deployment: Deployment, loading: Loading, clock: Clock, tmp_path: Path
) -> None:
    """It is in the bundle to prove that nothing else was said, not to be read."""
    clock.forward(days=1)
    start = deployment.now()
    loading.device.tell("arrive", transport(loading.manifest, [loading.container]))
    period = (start, start + timedelta(days=1))
    export_organisation(deployment, CARRIER, *period, tmp_path / "bundle", person(CARRIER))
    assert (tmp_path / f"bundle/entry/{loading.index}.json").exists()
    assert not (tmp_path / "bundle" / DISCLOSURES).exists()
    assert list_accesses(deployment) == []


def test_the_zip_of_the_regulator_has_none(deployment: Deployment, loading: Loading) -> None:
    path = export_bundle_zip(deployment)
    report = verify_bundle(path)
    path.unlink()
    assert report.verdict is Verdict.PROVEN
    assert "disclosures" not in checks(report)
