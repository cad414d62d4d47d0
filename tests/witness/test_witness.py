"""The witness protocol: what is answered to what, and that no two histories are ever cosigned."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.witness.app import create_witness
from tests.http import http_client
from tests.ledger.sample_ledger import LOG_KEY, ORIGIN, SampleLedger, key, small_ledger
from tests.serving import serving
from waste_trace.ledger.checkpoint import Checkpoint, add_signatures, sign_checkpoint
from waste_trace.ledger.cosignature import LAST_DATE, cosign, cosignature_time
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.errors import InvalidSignature, LedgerError, MalformedNote
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.tiles import TreeReader
from waste_trace.ledger.witness import (
    Submission,
    format_submission,
    parse_submission,
    read_answer,
)
from waste_trace.witness.states import LogStates
from waste_trace.witness.witness import Witness, watched

NOW = 1_795_420_800
NAME = "regulator.example/w1"
LOG = log_vkey(ORIGIN, LOG_KEY)


@cache
def ledger() -> SampleLedger:
    return small_ledger(300)


@cache
def other_ledger() -> SampleLedger:
    """Another history of the same log, equal to the first one up to index 3."""
    other = small_ledger(0)
    other.append_leaves([b"rewritten %d" % n for n in range(300)])
    return other


def submission(old: int, size: int, source: SampleLedger | None = None) -> Submission:
    source = source or ledger()
    tree = TreeReader(source.tiles, source.size)
    proof = tree.consistency(old, size) if 0 < old <= size else []
    return Submission(old, tuple(proof), source.checkpoint(size, witnesses=()))


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(NAME, key(31), watched([LOG]), LogStates(tmp_path / "w.db"), lambda: NOW)


@pytest.fixture
def http(witness: Witness) -> Iterator[httpx.Client]:
    with serving(create_witness(witness)) as url, http_client(url) as client:
        yield client


def post(http: httpx.Client, body: bytes | Submission) -> tuple[int, str]:
    data = format_submission(body) if isinstance(body, Submission) else body
    answer = http.post("/add-checkpoint", content=data)
    return answer.status_code, answer.text


def test_a_growing_log_is_cosigned_step_by_step(witness: Witness, http: httpx.Client) -> None:
    for old, size in ((0, 1), (1, 1), (1, 7), (7, 256), (256, 257), (257, 303)):
        asked = submission(old, size)
        status, text = post(http, asked)
        assert status == 200
        line = read_answer(text.encode(), asked.note, witness.vkey)
        assert cosignature_time(line.signature) == NOW


def test_a_wrong_start_is_answered_with_the_right_one(http: httpx.Client) -> None:
    assert post(http, submission(3, 9)) == (409, "0\n")
    assert post(http, submission(0, 9))[0] == 200
    answer = http.post("/add-checkpoint", content=format_submission(submission(0, 20)))
    assert (answer.status_code, answer.text) == (409, "9\n")
    assert answer.headers["content-type"].split(";")[0] == "text/x.tlog.size"
    assert post(http, submission(9, 20))[0] == 200


def test_an_older_checkpoint_is_not_cosigned_again(http: httpx.Client) -> None:
    assert post(http, submission(0, 20))[0] == 200
    assert post(http, submission(9, 9)) == (409, "20\n")


def test_a_proof_that_does_not_hold(http: httpx.Client) -> None:
    assert post(http, submission(0, 9))[0] == 200
    good = submission(9, 20)
    for proof in ((), good.proof[:-1], (*good.proof, bytes(32)), good.proof[::-1]):
        assert post(http, replace(good, proof=proof))[0] == 422
    assert post(http, replace(submission(9, 9), proof=(bytes(32),)))[0] == 422
    assert post(http, good)[0] == 200


def test_another_history_is_refused_and_kept_as_evidence(
    http: httpx.Client, witness: Witness
) -> None:
    assert post(http, submission(0, 9))[0] == 200
    forked, grown = submission(9, 9, other_ledger()), submission(9, 20, other_ledger())
    assert post(http, forked) == (409, "9\n")
    assert post(http, grown)[0] == 422
    kept = witness.states.evidence(ORIGIN)
    assert [(reason, request) for reason, _, request in kept] == [
        ("other-root", format_submission(forked)),
        ("inconsistent", format_submission(grown)),
    ]
    assert all(known == witness.states.note(ORIGIN) for _, known, _ in kept)


def test_only_the_log_itself_may_submit(http: httpx.Client) -> None:
    root = bytes(32)
    unknown = sign_checkpoint(Checkpoint("elsewhere.example/1", 5, root), LOG_KEY)
    forged = sign_checkpoint(Checkpoint(ORIGIN, 5, root), key(99))
    assert post(http, Submission(0, (), unknown))[0] == 404
    assert post(http, Submission(0, (), forged))[0] == 403
    genuine = submission(0, 5)
    damaged = genuine.note[:-6] + ("AA==" if not genuine.note.endswith("AA==\n") else "BB==") + "\n"
    assert post(http, replace(genuine, note=damaged))[0] in (400, 403)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: b"",
        lambda body: b"\xff" + body,
        lambda body: body.replace(b"old 0", b"old 00"),
        lambda body: body.replace(b"old 0", b"old +0"),
        lambda body: body.replace(b"old 0", b"old  0"),
        lambda body: body.replace(b"old 0", b"new 0"),
        lambda body: body.replace(b"old 0\n", b""),
        lambda body: body.replace(b"old 0\n", b"old 0\r\n"),
        lambda body: body.replace(b"old 0", b"old 6"),
        lambda body: body.replace(b"old 0\n", b"old 0\nAAAA\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + b64(bytes(32)).encode() * 1 + b"=\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + (b64(bytes(32)) + "\n").encode() * 64),
        lambda body: body.replace(b"\n\n", b"\n", 1),
        lambda body: body[:-1],
        lambda body: body.replace(b"\n5\n", b"\n05\n"),
    ],
)
def test_malformed_requests(http: httpx.Client, change: Callable[[bytes], bytes]) -> None:
    body = format_submission(submission(0, 5))
    changed = change(body)
    assert changed != body
    assert post(http, changed)[0] == 400
    assert post(http, body)[0] == 200


def test_a_giant_request_is_not_read(http: httpx.Client) -> None:
    assert post(http, b"old 0\n" + b"x" * 70_000)[0] == 413


def test_foreign_lines_under_a_submission_are_not_vouched_for(
    http: httpx.Client, witness: Witness
) -> None:
    """A submitter may write a false line under our own name; what we publish is our own."""
    genuine = submission(0, 5)
    text = genuine.note.split("\n\n")[0] + "\n"
    false = replace(cosign(text, NAME, key(31), 7), signature=bytes(72))
    asked = replace(genuine, note=add_signatures(genuine.note, [false]))
    status, answer = post(http, asked)
    assert status == 200
    published = witness.states.note(ORIGIN)
    assert published == genuine.note + answer


def test_what_was_cosigned_last_can_be_read(http: httpx.Client, witness: Witness) -> None:
    where = f"/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
    assert http.get(where).status_code == 404
    post(http, submission(0, 5))
    assert http.get(where).text == witness.states.note(ORIGIN)
    assert http.get("/" + "0" * 64 + "/checkpoint").status_code == 404
    assert witness.vkey.text in http.get("/").text


def test_it_remembers_after_a_restart(witness: Witness, tmp_path: Path) -> None:
    witness.add_checkpoint(format_submission(submission(0, 9)))
    again = replace(witness, states=LogStates(tmp_path / "w.db"))
    with pytest.raises(LedgerError, match="size 9"):
        again.add_checkpoint(format_submission(submission(0, 9, other_ledger())))


def test_what_it_remembers_outlives_a_power_cut(witness: Witness) -> None:
    with closing(witness.states._open()) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_threads_cannot_roll_it_back(witness: Witness, tmp_path: Path) -> None:
    """Every pair of concurrent requests: the state only ever grows, whoever comes last."""
    witness.add_checkpoint(format_submission(submission(0, 4)))
    answered: list[int] = []

    def submit(size: int) -> None:
        own = replace(witness, states=LogStates(tmp_path / "w.db"))
        try:
            own.add_checkpoint(format_submission(submission(4, size)))
        except LedgerError:
            return
        answered.append(size)

    threads = [threading.Thread(target=submit, args=(size,)) for size in range(5, 29)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with witness.states.locked() as states:
        assert [states.newest(ORIGIN).size] == answered  # exactly one could start from 4


STEPS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=12
)


@given(steps=STEPS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_only_one_history_is_cosigned(
    steps: list[tuple[bool, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    states = LogStates(tmp_path_factory.mktemp("w") / "w.db")
    witness = Witness(NAME, key(31), watched([LOG]), states, lambda: NOW)
    cosigned: list[tuple[int, SampleLedger]] = []
    for rewritten, old, size in steps:
        source = other_ledger() if rewritten else ledger()
        asked = submission(old, max(size, old), source)
        try:
            witness.add_checkpoint(format_submission(asked))
        except LedgerError:
            continue
        cosigned.append((max(size, old), source))
    sizes = [size for size, _ in cosigned]
    assert sizes == sorted(sizes)
    if cosigned:
        last_size, last = cosigned[-1]
        tree = TreeReader(last.tiles, last.size)
        for size, source in cosigned:
            assert TreeReader(source.tiles, source.size).root(size) == tree.root(size)
        with states.locked() as locked:
            assert locked.newest(ORIGIN).size == last_size


@given(old=st.integers(0, 300), more=st.integers(0, 300))
def test_a_submission_reads_back(old: int, more: int) -> None:
    asked = submission(min(old, old + more, 303), min(old + more, 303))
    assert parse_submission(format_submission(asked)) == asked


def test_answers_are_verified(witness: Witness) -> None:
    asked = submission(0, 5)
    answer = witness.add_checkpoint(format_submission(asked))
    other = cosign("x\n1\n" + b64(bytes(32)) + "\n", "other.example", key(77), NOW).line.encode()
    assert read_answer(other + answer, asked.note, witness.vkey).name == NAME
    with pytest.raises(InvalidSignature):
        read_answer(other, asked.note, witness.vkey)
    with pytest.raises(InvalidSignature):
        read_answer(answer, submission(0, 6).note, witness.vkey)
    for bad in (b"", b"\xff", answer[:-1], b"hello\n\n" + answer):
        with pytest.raises((MalformedNote, InvalidSignature)):
            read_answer(bad, asked.note, witness.vkey)


def test_a_clock_beyond_any_calendar_is_no_answer(witness: Witness) -> None:
    """Well-formed, and signed by the right key; nobody could be shown when that was."""
    asked = submission(0, 5)
    text = asked.note.split("\n\n")[0] + "\n"
    line = cosign(text, NAME, key(31), LAST_DATE).line.encode()
    assert read_answer(line, asked.note, witness.vkey).name == NAME
    with pytest.raises(MalformedNote, match="calendar"):
        read_answer(
            cosign(text, NAME, key(31), LAST_DATE + 1).line.encode(), asked.note, witness.vkey
        )
