"""An exporter lets the registrar sign that nothing which says who may sign was left out."""

from pathlib import Path

from tests.cast import FACTORY, Cast, fill
from waste_trace.ledger.reasons import RenewalReason
from waste_trace.ledger.verify import verify_bundle
from waste_trace.services.deployment import Deployment
from waste_trace.services.export_partial import export_container
from waste_trace.services.renew_key import renew_key
from waste_trace.store.sequencer import LedgerRolledBack


def registrations(deployment: Deployment, container: str, folder: Path) -> tuple[object, object]:
    """What the verifier says of them, and the epoch of the registrar's newest key."""
    export_container(deployment, container, folder / "bundle")
    deployment.write_public_keys(folder / "keys")
    report = verify_bundle(folder / "bundle", folder / "keys")
    assert report.exit_code == 0, report.problem
    assert report.scope is not None
    return report.scope["registrations"], report.scope["registrar_epoch"]


def test_it_is_signed_by_the_newest_key(deployment: Deployment, cast: Cast, tmp_path: Path) -> None:
    (code,) = cast.containers(1)
    cast.device(FACTORY).tell("fill", fill(code))
    assert registrations(deployment, code, tmp_path / "first") == ("attested", 0)
    renew_key(deployment, "registrar", RenewalReason.SCHEDULED)
    assert registrations(deployment, code, tmp_path / "silent") == ("attested", 1)
    cast.device(FACTORY)  # the new key has said something
    assert registrations(deployment, code, tmp_path / "second") == ("attested", 1)


def test_a_ledger_that_went_back_signs_nothing(
    deployment: Deployment, cast: Cast, tmp_path: Path
) -> None:
    (code,) = cast.containers(1)
    cast.device(FACTORY).tell("fill", fill(code))
    deployment.sequencer.read_only = LedgerRolledBack("数据库回退。", "The database went back.")
    assert registrations(deployment, code, tmp_path) == ("open", 0)
