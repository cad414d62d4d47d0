"""The trust policy: its file form, and which sets of cosignatures suffice."""

import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric import mldsa

from tests.ledger.sample_ledger import WITNESSES, key
from waste_trace.ledger.checkpoint import Checkpoint, add_signatures, sign_checkpoint
from waste_trace.ledger.cosignature import cosign, cosigner_vkey, ml_dsa_message
from waste_trace.ledger.errors import InvalidSignature, MalformedPolicy
from waste_trace.ledger.note import NoteSignature, log_vkey
from waste_trace.ledger.policy import Group, Party, assess, format_policy, parse_policy
from waste_trace.ledger.vkey import COSIGNATURE_ML_DSA_44, VerifierKey

NAME = "example.com/log"
CHECKPOINT = Checkpoint(NAME, 8, bytes(32))
NOTE = sign_checkpoint(CHECKPOINT, key(1))
LOG = log_vkey(NAME, key(1)).text
W = {name: cosigner_vkey(f"{name}.example", k).text for name, k in WITNESSES.items()}

TWO_LEVELS = f"""\
# who we trust / 信任谁
log {LOG} https://log.example/

witness w1 {W["w1"]}
\twitness   w2\t{W["w2"]} https://w2.example/
witness w3 {W["w3"]}
group some 1 w1 w2
group both all some w3
quorum both
"""


def cosigned(*names: str) -> str:
    lines = [
        cosign(CHECKPOINT.text, f"{name}.example", WITNESSES[name], 100 + n)
        for n, name in enumerate(names)
    ]
    return add_signatures(NOTE, lines)


def test_a_policy_reads_as_it_is_meant() -> None:
    policy = parse_policy(TWO_LEVELS)
    assert [party.url for party in policy.logs] == ["https://log.example/"]
    assert policy.witnesses["w2"].url == "https://w2.example/"
    assert policy.groups == {"some": Group(1, ("w1", "w2")), "both": Group(2, ("some", "w3"))}
    assert policy.quorum == "both"
    assert parse_policy(format_policy(policy)) == policy
    assert parse_policy(TWO_LEVELS.encode()) == policy


@pytest.mark.parametrize(
    "names", [n for size in range(4) for n in itertools.combinations(("w1", "w2", "w3"), size)]
)
def test_every_set_of_witnesses_against_the_quorum(names: tuple[str, ...]) -> None:
    assessment = assess(parse_policy(TWO_LEVELS), cosigned(*names))
    assert assessment.quorum_met == ("w3" in names and ("w1" in names or "w2" in names))
    assert assessment.cosigned == {name: 100 + n for n, name in enumerate(names)}
    assert assessment.checkpoint == CHECKPOINT


def test_quorum_none_and_of_one() -> None:
    assert assess(parse_policy(f"log {LOG}\nquorum none\n"), NOTE).quorum_met
    one = parse_policy(f"log {LOG}\nwitness w1 {W['w1']}\nquorum w1\n")
    assert not assess(one, NOTE).quorum_met
    assert assess(one, cosigned("w1")).quorum_met


def test_a_bad_cosignature_of_a_known_witness_rejects_the_checkpoint() -> None:
    key_id = cosigner_vkey("w1.example", WITNESSES["w1"]).key_id
    note = add_signatures(NOTE, [NoteSignature("w1.example", key_id, bytes(72))])
    with pytest.raises(InvalidSignature):
        assess(parse_policy(TWO_LEVELS), note)


def test_witnesses_alone_do_not_make_a_checkpoint() -> None:
    other = sign_checkpoint(CHECKPOINT, key(9))
    lines = [cosign(CHECKPOINT.text, "w1.example", WITNESSES["w1"], 100)]
    with pytest.raises(InvalidSignature):
        assess(parse_policy(TWO_LEVELS), add_signatures(other, lines))


def test_a_log_key_counts_only_for_its_own_origin() -> None:
    elsewhere = Checkpoint("example.com/elsewhere", 8, bytes(32))
    policy = parse_policy(f"log {LOG}\nquorum none\n")
    text = elsewhere.text
    line = NoteSignature(NAME, log_vkey(NAME, key(1)).key_id, key(1).sign(text.encode()))
    with pytest.raises(InvalidSignature):
        assess(policy, text + "\n" + line.line)


WIT = f"witness w1 {W['w1']}\n"
MALFORMED = {
    "no quorum": f"log {LOG}\n",
    "two quorums": "quorum none\nquorum none\n",
    "unknown quorum": "quorum w1\n",
    "quorum above its witness": f"quorum w1\n{WIT}",
    "witness twice": f"{WIT}witness w2 {W['w1']}\nquorum none\n",
    "witness name twice": f"{WIT}witness w1 {W['w2']}\nquorum none\n",
    "log twice": f"log {LOG}\nlog {LOG}\nquorum none\n",
    "log with a witness key": f"log {W['w1']}\nquorum none\n",
    "witness with a log key": f"witness w1 {LOG}\nquorum none\n",
    "witness called none": f"witness none {W['w1']}\nquorum none\n",
    "group of nobody": f"{WIT}group g any\nquorum none\n",
    "group of the unknown": f"{WIT}group g any w2\nquorum g\n",
    "group with none": f"{WIT}group g any none\nquorum g\n",
    "member twice": f"{WIT}group g 1 w1 w1\nquorum g\n",
    "member of two groups": f"{WIT}group g any w1\ngroup h any w1\nquorum g\n",
    "threshold 0": f"{WIT}group g 0 w1\nquorum g\n",
    "threshold 2 of 1": f"{WIT}group g 2 w1\nquorum g\n",
    "threshold 01": f"{WIT}group g 01 w1\nquorum g\n",
    "threshold word": f"{WIT}group g most w1\nquorum g\n",
    "bad key": "log not-a-key\nquorum none\n",
    "unknown word": "trust me\nquorum none\n",
    "too many words": f"log {LOG} url more\nquorum none\n",
    "quorum of nothing": "quorum\n",
    "no newline": "quorum none",
    "carriage return": "quorum none\r\n",
    "delete": "# \x7f\nquorum none\n",
    "empty": "",
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_policies(case: str) -> None:
    with pytest.raises(MalformedPolicy):
        parse_policy(MALFORMED[case])


def test_the_line_at_fault_is_named() -> None:
    with pytest.raises(MalformedPolicy) as caught:
        parse_policy(f"# one\n{WIT}trust me\nquorum none\n")
    assert caught.value.facts["line"] == 3


def test_names_are_octets() -> None:
    # KELVIN SIGN is not K, and octets that are no UTF-8 are still a name.
    data = (
        WIT.replace("w1 ", "\u212a ").encode()
        + b"group \xff\xfe any \xe2\x84\xaa\nquorum \xff\xfe\n"
    )
    policy = parse_policy(data)
    assert list(policy.groups.values()) == [Group(1, ("\u212a",))]
    with pytest.raises(MalformedPolicy):
        parse_policy(data.replace(b"any \xe2\x84\xaa", b"any K"))


def test_a_policy_that_cannot_be_written() -> None:
    policy = parse_policy(f"log {LOG}\nquorum none\n")
    broken = type(policy)((Party(policy.logs[0].key, "two words"),))
    with pytest.raises(MalformedPolicy):
        format_policy(broken)


def test_a_witness_that_signs_with_ml_dsa_counts_like_any_other() -> None:
    secret = mldsa.MLDSA44PrivateKey.generate()
    public = VerifierKey(
        "pq.example", COSIGNATURE_ML_DSA_44, secret.public_key().public_bytes_raw()
    )
    policy = parse_policy(
        f"log {LOG}\nwitness pq {public.text}\nwitness w1 {W['w1']}\ngroup g all pq w1\nquorum g\n"
    )
    assert parse_policy(format_policy(policy)) == policy
    signature = secret.sign(ml_dsa_message("pq.example", CHECKPOINT, 77))
    line = NoteSignature("pq.example", public.key_id, (77).to_bytes(8, "big") + signature)
    both = assess(policy, add_signatures(cosigned("w1"), [line]))
    assert (both.quorum_met, both.cosigned) == (True, {"pq": 77, "w1": 100})
    assert not assess(policy, add_signatures(NOTE, [line])).quorum_met
    for moved in (
        NoteSignature("pq.example", public.key_id, (78).to_bytes(8, "big") + signature),
        NoteSignature("pq.example", public.key_id, (77).to_bytes(8, "big") + signature[:-1]),
        NoteSignature("pq.example", public.key_id, (77).to_bytes(8, "big") + bytes(2420)),
    ):
        with pytest.raises(InvalidSignature):
            assess(policy, add_signatures(cosigned("w1"), [moved]))
