"""Which witnesses this ledger asks for and wants: the policy of the settings, or none."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from waste_trace.errors import WasteTraceError
from waste_trace.ledger.errors import MalformedPolicy
from waste_trace.ledger.policy import NO_QUORUM, Party, Policy, parse_policy
from waste_trace.ledger.vkey import VerifierKey


class UnusablePolicy(WasteTraceError):
    """The file that WASTE_TRACE_WITNESS_POLICY names cannot be this ledger's policy."""

    code: ClassVar[str] = "unusable-witness-policy"
    default_do_zh = "请按 docs/operations.md 更正 WASTE_TRACE_WITNESS_POLICY 所指文件，或将其留空。"
    default_do_en = (
        "Correct the file that WASTE_TRACE_WITNESS_POLICY names (docs/operations.md), or unset it."
    )


def read_policy(path: str, logs: Sequence[VerifierKey]) -> Policy:
    """The policy in the file at ``path``; with an empty path one that wants no witness.

    Args:
        logs: the keys that this ledger's log has and had, the one in use first. The file names some
            of them; a policy about another log would make every proof worthless.

    Raises:
        UnusablePolicy
    """
    if not path:
        return Policy(logs=(Party(logs[0]),), witnesses={}, quorum=NO_QUORUM)
    try:
        policy = parse_policy(Path(path).read_bytes())
    except OSError as error:
        raise UnusablePolicy(
            f"见证策略文件 {path} 无法读取：{error.strerror}。",
            f"The witness policy {path} cannot be read: {error.strerror}.",
            path=path,
        ) from error
    except MalformedPolicy as error:
        raise UnusablePolicy(
            f"见证策略文件 {path} 不合规：{error.zh}",
            f"The witness policy {path} is malformed: {error.en}",
            path=path,
        ) from error
    if not policy.logs or not {party.key for party in policy.logs} <= set(logs):
        raise UnusablePolicy(
            f"见证策略文件 {path} 的 log 行不是本台账的公钥 {logs[0].text}。",
            f"The log line of the witness policy {path} is not this ledger's key {logs[0].text}.",
            path=path,
            log=logs[0].text,
        )
    return policy


def with_logs(policy: Policy, logs: Sequence[VerifierKey]) -> Policy:
    """The policy for all keys of the log, the one in use first; addresses as the file has them."""
    listed = {party.key: party for party in policy.logs}
    return replace(policy, logs=tuple(listed.get(key, Party(key)) for key in logs))
