"""A real ledger asks real witnesses over HTTP: quorum, catching up, alarms, and what is shown."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from api.witness.app import create_witness
from api.witness.client import AskOverHttp
from tests.devices import Clock
from tests.ledger.sample_ledger import key
from tests.serving import serving
from waste_trace.ledger.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from waste_trace.ledger.policy import Group, Party, Policy, assess, format_policy
from waste_trace.ledger.witness import Submission, format_submission
from waste_trace.services.ask_witness import WitnessUnreachable
from waste_trace.services.check_ledger import check_ledger
from waste_trace.services.deployment import Deployment
from waste_trace.services.prove import newest_note
from waste_trace.services.witness_checkpoint import (
    newest_witnessed_note,
    witness_newest,
    witness_state,
)
from waste_trace.services.witness_proof import TwoHistories, WitnessAhead
from waste_trace.store.sequencer import Draft
from waste_trace.store.tables import Cosignature
from waste_trace.store.writing import table_of, write_transaction
from waste_trace.witness.states import LogStates
from waste_trace.witness.witness import Witness, watched

NAMES = ("w1", "w2", "w3")


@dataclass
class Outside:
    """Three witnesses that run, the policy that wants two of them, and a way to ask."""

    witnesses: dict[str, Witness]
    policy: Policy
    ask: AskOverHttp

    def without_address(self, *names: str) -> Policy:
        """The policy with witnesses that cannot be reached: nobody listens on their port."""
        parties = {
            name: replace(party, url=f"http://127.0.0.1:{_free_port()}") if name in names else party
            for name, party in self.policy.witnesses.items()
        }
        return replace(self.policy, witnesses=parties)


@pytest.fixture
def outside(deployment: Deployment, tmp_path: Path) -> Iterator[Outside]:
    log = deployment.sequencer.log_vkey
    with ExitStack() as stack:
        witnesses: dict[str, Witness] = {}
        parties: dict[str, Party] = {}
        for number, name in enumerate(NAMES):
            states = LogStates(tmp_path / f"{name}.db")
            witness = Witness(
                f"{name}.example", key(50 + number), watched([log]), states, _seconds(deployment)
            )
            url = stack.enter_context(serving(create_witness(witness)))
            witnesses[name], parties[name] = witness, Party(witness.vkey, url)
        policy = Policy((Party(log),), parties, {"both": Group(2, NAMES)}, "both")
        yield Outside(witnesses, policy, AskOverHttp(trust_env=False))


def grow(deployment: Deployment, number: int) -> None:
    """Append events of the registrar."""
    body = {
        "org": "91330482MA2CXYZ12A",
        "name": "某单位",
        "kinds": ["platform"],
        "region": "330482",
    }
    for _ in range(number):
        deployment.sequencer.compose("registrar", lambda _: [Draft("org.register", dict(body))])


def test_the_quorum_is_reached_and_shown(deployment: Deployment, outside: Outside) -> None:
    size = read_checkpoint(newest_note(deployment)).size
    before = witness_state(deployment, outside.policy)
    assert (before.size, before.witnessed_size, before.waiting) == (size, None, size)
    found = witness_newest(deployment, outside.policy, outside.ask)
    assert found.quorum_met
    assert set(found.cosigned) == set(NAMES)
    assert found.failed == {}
    after = witness_state(deployment, outside.policy)
    assert (after.witnessed_size, after.waiting) == (size, 0)
    note = newest_witnessed_note(deployment, outside.policy)
    assert note is not None
    assert assess(outside.policy, note).quorum_met
    assert note.startswith(newest_note(deployment))


def test_a_growing_log_stays_witnessed_and_says_what_waits(
    deployment: Deployment, outside: Outside
) -> None:
    witness_newest(deployment, outside.policy, outside.ask)
    for more in (1, 3):
        grow(deployment, more)
        state = witness_state(deployment, outside.policy)
        assert (state.waiting, state.met) == (more, False)
        assert witness_newest(deployment, outside.policy, outside.ask).failed == {}
        state = witness_state(deployment, outside.policy)
        assert (state.waiting, state.met) == (0, True)
    assert witness_newest(deployment, outside.policy, outside.ask).failed == {}  # nothing new


def test_one_dead_witness_does_not_break_the_quorum_and_two_do(
    deployment: Deployment, outside: Outside
) -> None:
    found = witness_newest(deployment, outside.without_address("w2"), outside.ask)
    assert found.quorum_met
    assert isinstance(found.failed["w2"], WitnessUnreachable)
    grow(deployment, 1)
    found = witness_newest(deployment, outside.without_address("w1", "w2"), outside.ask)
    assert not found.quorum_met
    assert found.alarms == {}
    assert witness_state(deployment, outside.policy).waiting == 1
    # Both are back, w2 for the first time: the missing lines are made up for.
    assert witness_newest(deployment, outside.policy, outside.ask).quorum_met
    assert witness_state(deployment, outside.policy).waiting == 0


def test_a_silent_witness_costs_two_seconds(deployment: Deployment, outside: Outside) -> None:
    with _silent() as url:
        slow = replace(outside.policy.witnesses["w3"], url=url)
        policy = replace(outside.policy, witnesses={**outside.policy.witnesses, "w3": slow})
        start = time.monotonic()
        found = witness_newest(deployment, policy, outside.ask)
        assert time.monotonic() - start < 4
    assert found.quorum_met
    assert isinstance(found.failed["w3"], WitnessUnreachable)


def test_a_witness_that_knows_more_than_we_is_an_alarm(
    deployment: Deployment, outside: Outside
) -> None:
    """As after an old backup was restored: the log key signed a tree that this database lost."""
    origin = deployment.sequencer.origin
    lost = Checkpoint(origin, 10_000, bytes(32))
    note = sign_checkpoint(lost, deployment.keys.key("log"))
    outside.witnesses["w1"].add_checkpoint(format_submission(Submission(0, (), note)))
    found = witness_newest(deployment, outside.policy, outside.ask)
    assert isinstance(found.failed["w1"], WitnessAhead)
    assert set(found.alarms) == {"w1"}


def test_a_witness_that_saw_another_history_is_an_alarm(
    deployment: Deployment, outside: Outside
) -> None:
    size = read_checkpoint(newest_note(deployment)).size
    for name, other_size in (("w1", size), ("w2", size - 1)):
        other = Checkpoint(deployment.sequencer.origin, other_size, bytes(32))
        note = sign_checkpoint(other, deployment.keys.key("log"))
        outside.witnesses[name].add_checkpoint(format_submission(Submission(0, (), note)))
    found = witness_newest(deployment, outside.policy, outside.ask)
    assert set(found.alarms) == {"w1", "w2"}
    assert all(isinstance(error, TwoHistories) for error in found.alarms.values())
    assert not found.quorum_met


def test_a_line_of_the_wrong_key_is_not_kept(deployment: Deployment, outside: Outside) -> None:
    """w2's address answers with w1's signature: as good as no answer."""
    w1, w2 = outside.policy.witnesses["w1"], outside.policy.witnesses["w2"]
    crossed = {**outside.policy.witnesses, "w2": replace(w2, url=w1.url)}
    found = witness_newest(deployment, replace(outside.policy, witnesses=crossed), outside.ask)
    assert set(found.cosigned) == {"w1", "w3"}
    assert found.failed["w2"].code == "invalid-signature"


def test_a_server_that_backdates_is_contradicted_by_the_witnesses(
    deployment: Deployment, outside: Outside, clock: Clock, tmp_path: Path
) -> None:
    """Its clock was put back an hour after they had cosigned; its signatures are all in order."""
    place = tmp_path / "policy.txt"
    place.write_text(format_policy(outside.policy), encoding="utf-8")
    settings = deployment.settings.model_copy(update={"witness_policy": str(place)})
    clock.forward(hours=1)
    witness_newest(deployment, outside.policy, outside.ask)
    size = read_checkpoint(newest_note(deployment)).size
    assert [one.what for one in check_ledger(settings).warnings] == []
    clock.forward(hours=-1)
    grow(deployment, 1)
    for full in (False, True):
        report = check_ledger(settings, full=full)
        found = [(one.what, one.index) for one in report.warnings]
        assert found == [("backdated", size)] * len(NAMES)
        assert report.exit_code == 0
        (settings.data_dir / "ledger-check.json").unlink()


def test_cosignatures_cannot_be_changed(deployment: Deployment, outside: Outside) -> None:
    witness_newest(deployment, outside.policy, outside.ask)
    table = table_of(Cosignature)
    changes = (table.delete(), table.update().values(line="x"))
    for change in changes:
        with (
            pytest.raises(DBAPIError, match="append-only"),
            write_transaction(deployment.engine) as connection,
        ):
            connection.execute(change)


def _seconds(deployment: Deployment) -> Callable[[], int]:
    return lambda: deployment.clock_ms() // 1000


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _silent() -> Iterator[str]:
    """A server that takes the connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def accept() -> None:
            try:
                held.append(server.accept()[0])
            except OSError:
                return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(1)
        for connection in held:
            connection.close()
