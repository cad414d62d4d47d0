"""Whom a verifier trusts: logs, witnesses, groups and the quorum (c2sp.org/tlog-policy).

A checkpoint counts if a listed log signed it and the quorum of witnesses cosigned it.
"""

import re
from dataclasses import dataclass, field

from waste_trace.ledger.checkpoint import Checkpoint, parse_checkpoint_text
from waste_trace.ledger.cosignature import cosignature_time, note_verifier
from waste_trace.ledger.errors import InvalidSignature, MalformedKey, MalformedPolicy
from waste_trace.ledger.note import open_note
from waste_trace.ledger.vkey import (
    COSIGNATURE_ED25519,
    COSIGNATURE_ML_DSA_44,
    ED25519,
    VerifierKey,
    parse_vkey,
)

NO_QUORUM = "none"
_LOG_KINDS = (ED25519, COSIGNATURE_ML_DSA_44)
_WITNESS_KINDS = (COSIGNATURE_ED25519, COSIGNATURE_ML_DSA_44)
_THRESHOLD = re.compile(r"[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class Party:
    """A log or witness: its key and, if given, where to reach it."""

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """At least ``threshold`` of ``members`` (names of witnesses or groups) must have cosigned."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Parsed policy; ``quorum`` names a witness, a group or "none"."""

    logs: tuple[Party, ...]
    witnesses: dict[str, Party] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = NO_QUORUM


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a checkpoint is worth under a policy: who cosigned it, when, and whether it suffices."""

    checkpoint: Checkpoint
    log: VerifierKey
    cosigned: dict[str, int]  # witness name in the policy -> POSIX seconds
    quorum_met: bool


def assess(policy: Policy, note: str | bytes) -> Assessment:
    """Verify a checkpoint note's signatures and count its cosignatures.

    Raises MalformedNote, or InvalidSignature if no listed log signed it or any known signature is
    bad. A missing quorum is no error: the caller decides what an unwitnessed checkpoint is worth.
    """
    parties = [*policy.logs, *policy.witnesses.values()]
    parsed, signed_by = open_note(note, [note_verifier(party.key) for party in parties])
    checkpoint = parse_checkpoint_text(parsed.text)
    signers = {verifier.key for verifier in signed_by}
    logs = [p.key for p in policy.logs if p.key in signers and p.key.name == checkpoint.origin]
    if not logs:
        raise InvalidSignature(
            "检查点没有受信台账的签名。", "No trusted log of this origin signed the checkpoint."
        )
    stamps = {(s.name, s.key_id): s.signature for s in parsed.signatures}
    cosigned = {
        name: cosignature_time(stamps[party.key.name, party.key.key_id])
        for name, party in policy.witnesses.items()
        if party.key in signers
    }
    met = policy.quorum == NO_QUORUM or _witnessed(policy, policy.quorum, set(cosigned))
    return Assessment(checkpoint, logs[0], cosigned, met)


def _witnessed(policy: Policy, name: str, cosigned: set[str]) -> bool:
    group = policy.groups.get(name)
    if group is None:
        return name in cosigned
    return sum(_witnessed(policy, m, cosigned) for m in group.members) >= group.threshold


def format_policy(policy: Policy) -> str:
    """The policy as a file that `parse_policy` reads back."""
    lines = [_line("log", party.key.text, party.url) for party in policy.logs]
    for name, party in policy.witnesses.items():
        lines.append(_line("witness", name, party.key.text, party.url))
    for name, group in policy.groups.items():
        lines.append(_line("group", name, str(group.threshold), *group.members))
    lines.append(_line("quorum", policy.quorum))
    text = "".join(lines)
    if parse_policy(text) != policy:
        raise MalformedPolicy("策略无法写成合规文本。", "The policy does not survive writing.")
    return text


def parse_policy(data: str | bytes) -> Policy:
    """Read a policy file strictly; MalformedPolicy naming the line."""
    return _PolicyParser().parse(data)


def printable(name: str) -> str:
    """A policy's name for a report: octets that are no UTF-8 become ``\\xNN``."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _line(*words: str) -> str:
    return " ".join(word for word in words if word) + "\n"


class _PolicyParser:
    """Collects definitions line by line; every name must be defined before it is used."""

    def __init__(self) -> None:
        self._number = 0
        self._logs: list[Party] = []
        self._witnesses: dict[str, Party] = {}
        self._groups: dict[str, Group] = {}
        self._members: set[str] = set()
        self._quorum: str | None = None

    def parse(self, data: str | bytes) -> Policy:
        # Names are opaque octets in the specification; surrogateescape keeps every octet apart.
        raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        if any((octet < 0x20 and octet not in (9, 10)) or octet == 0x7F for octet in raw):
            raise self._bad("策略文件含控制字符。", "the file holds a control character")
        if not raw.endswith(b"\n"):
            raise self._bad("策略文件必须以换行结尾。", "the last line does not end in a newline")
        for line in raw.decode("utf-8", "surrogateescape").split("\n"):
            self._number += 1
            words = [word for word in re.split(r"[ \t]+", line) if word]
            if words and not words[0].startswith("#"):
                self._take(words)
        if self._quorum is None:
            raise self._bad("缺少 quorum 行。", "there is no quorum line")
        return Policy(tuple(self._logs), self._witnesses, self._groups, self._quorum)

    def _take(self, words: list[str]) -> None:
        match words:
            case ["log", key, *url] if len(url) <= 1:
                self._logs.append(self._party(key, url, _LOG_KINDS, self._logs))
            case ["witness", name, key, *url] if len(url) <= 1:
                self._check_new(name)
                known = list(self._witnesses.values())
                self._witnesses[name] = self._party(key, url, _WITNESS_KINDS, known)
            case ["group", name, threshold, *members] if members:
                self._check_new(name)
                self._groups[name] = self._group(threshold, members)
            case ["quorum", name] if self._quorum is None:
                if name != NO_QUORUM and not self._defined(name):
                    raise self._bad(f"未定义的名称 {name}。", f"{name} is not defined above")
                self._quorum = name
            case _:
                raise self._bad("无法识别的策略行。", "the line is not understood")

    def _party(
        self, text: str, url: list[str], kinds: tuple[int, ...], others: list[Party]
    ) -> Party:
        try:
            key = parse_vkey(text)
        except MalformedKey as error:
            raise self._bad(error.zh, error.en) from error
        if key.kind not in kinds:
            raise self._bad("公钥类型与角色不符。", "the key's type does not fit its role")
        if any(other.key.public_key == key.public_key for other in others):
            raise self._bad("公钥重复。", "the same public key is listed twice")
        return Party(key, url[0] if url else "")

    def _group(self, threshold: str, members: list[str]) -> Group:
        for member in members:
            if not self._defined(member):
                raise self._bad(f"未定义的名称 {member}。", f"{member} is not defined above")
            if member in self._members:
                raise self._bad(f"{member} 已属于一个组。", f"{member} is already in a group")
            self._members.add(member)
        if threshold in ("any", "all"):
            return Group(1 if threshold == "any" else len(members), tuple(members))
        if not _THRESHOLD.fullmatch(threshold) or int(threshold) > len(members):
            raise self._bad("门限无效。", "the threshold is not between 1 and the members")
        return Group(int(threshold), tuple(members))

    def _check_new(self, name: str) -> None:
        if name == NO_QUORUM or self._defined(name):
            raise self._bad(f"名称 {name} 已被占用。", f"the name {name} is taken")

    def _defined(self, name: str) -> bool:
        return name in self._witnesses or name in self._groups

    def _bad(self, zh: str, en: str) -> MalformedPolicy:
        return MalformedPolicy(
            f"策略第 {self._number} 行：{printable(zh)}",
            f"Policy line {self._number}: {printable(en)}",
            line=self._number,
        )
