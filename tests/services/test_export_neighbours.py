"""A period out of a real ledger: what stands beside it comes along, and nothing of others does."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import FACTORY, GARAGE, Cast, fill, open_manifest, produce
from tests.devices import Clock, MakeDevice
from tests.ledger.period_cases import FACTS, listed
from tests.ledger.test_partial import scope_of
from tests.services.test_projection import rotate
from waste_trace.ledger.event import parse_event
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.registry import REGISTRAR
from waste_trace.ledger.verify import verify_bundle
from waste_trace.services.deployment import Deployment
from waste_trace.services.export_partial import export_organisation
from waste_trace.services.prove import NotInLedger


def test_a_period_proves_its_own_ends(
    deployment: Deployment, cast: Cast, handheld: MakeDevice, clock: Clock, tmp_path: Path
) -> None:
    deployment.write_public_keys(tmp_path / "keys")
    drums = cast.containers(2)
    loud, quiet, mute, newest = (handheld(FACTORY, "TS-FACTORY") for _ in range(4))
    names = {f"{device.dev}/0": name for name, device in
             (("loud", loud), ("quiet", quiet), ("mute", mute), ("newest", newest))}  # fmt: skip
    for device in (loud, loud, quiet, quiet):
        device.tell("produce", produce())
    ended = handheld(FACTORY, "TS-FACTORY")
    names |= {f"{ended.dev}/0": "ended", f"{ended.dev}/1": "its next key"}
    ended.tell("produce", produce())
    rotate(ended, SigningKey.generate(), ended.handheld.notebook.recall("chain"))
    clock.forward(days=1)
    start = deployment.now()
    loud.tell("fill", fill(drums[0]))
    number = cast.manifest()
    cast.containers()
    loud.tell("open_manifest", open_manifest(number, drums[:1]))
    newest.tell("produce", produce())
    clock.forward(days=1)
    end = deployment.now()
    handheld(FACTORY, "TS-FACTORY").tell("produce", produce())  # enrolled too late to matter
    for device in (loud, loud, quiet, quiet):
        device.tell("produce", produce())

    export_organisation(deployment, FACTORY, start, end, tmp_path / "unit")
    scope = scope_of(verify_bundle(tmp_path / "unit", tmp_path / "keys"))
    said = {fact: {names.get(key, key) for key in listed(scope, fact)} for fact in FACTS}
    assert said == {
        "with_gaps": set(), "open_before": set(), "open_after": {"newest"},
        "silent": {"mute", "its next key"}, "proven_silent": {"quiet", "ended"},
        "of_others": {"issuer/0"},
    }  # fmt: skip
    assert isinstance(scope["shown"], dict)
    shown = {names.get(key, key): runs for key, runs in scope["shown"].items()}
    assert shown == {
        "loud": [[1, 4]], "quiet": [[1, 2]], "newest": [[0, 0]], "ended": [[1, 1]],
        "issuer/0": [[1, 1]],
    }  # fmt: skip
    assert scope["entries"] == 4

    night = start - timedelta(hours=2), start - timedelta(hours=1)
    export_organisation(deployment, FACTORY, *night, tmp_path / "night")
    scope = scope_of(verify_bundle(tmp_path / "night", tmp_path / "keys"))
    assert scope["entries"] == 0
    assert {names[key] for key in listed(scope, "silent")} == {"mute", "its next key"}
    silent = {names[key] for key in listed(scope, "proven_silent")}
    assert silent == {"loud", "quiet", "newest", "ended"}
    with pytest.raises(NotInLedger):
        export_organisation(deployment, GARAGE, *night, tmp_path / "none")


def test_nothing_of_others_comes_along(
    deployment: Deployment, cast: Cast, clock: Clock, tmp_path: Path
) -> None:
    """A service's chain goes from one organisation to the next; its neighbours prove nothing."""
    for unit in (GARAGE, FACTORY):
        cast.containers(unit=unit)
    cast.device(GARAGE).tell("produce", produce())
    clock.forward(minutes=1)
    start = deployment.now()
    cast.containers()
    clock.forward(minutes=1)
    end = deployment.now()
    for unit in (FACTORY, GARAGE):
        cast.containers(unit=unit)
    export_organisation(deployment, FACTORY, start, end, tmp_path / "unit")
    leaves = [parse_leaf(path.read_bytes()) for path in tmp_path.glob("unit/entry/*.json")]
    events = [parse_event(leaf.envelope.payload) for leaf in leaves]
    others = [(event.org, event.key_id, event.seq) for event in events if event.dev != REGISTRAR]
    assert others == [(FACTORY, "issuer/0", 2)]
