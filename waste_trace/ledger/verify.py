"""The offline verifier: is this bundle the ledger that was signed and witnessed, unaltered?

Needs no server and no database; memory does not grow with the ledger. It may import only
waste_trace.ledger, waste_trace.errors, waste_trace.value, cryptography and orjson, so that it can
be shipped alone.
Exit codes: 0 proven, 1 tampered, 2 incomplete or unwitnessed, 3 wrong use.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from waste_trace.ledger import bundle_layout as layout
from waste_trace.ledger.bundle_reader import Bundle, open_bundle
from waste_trace.ledger.checkpoint import Checkpoint, read_checkpoint
from waste_trace.ledger.errors import (
    IncompleteBundle,
    InvalidSignature,
    LedgerError,
    MalformedBundle,
    MalformedKey,
)
from waste_trace.ledger.policy import Assessment, Policy, assess, parse_policy, printable
from waste_trace.ledger.verify_events import CHECKS, utc_text
from waste_trace.ledger.verify_files import FileCheck, check_files
from waste_trace.ledger.verify_log import LogPass
from waste_trace.ledger.verify_log_keys import check_log_keys, consistent_by_proof, handovers
from waste_trace.ledger.verify_partial import PARTIAL_CHECKS, PartialPass, is_partial
from waste_trace.ledger.verify_pinned import Pinned, require_prefix, require_same_root
from waste_trace.ledger.verify_result import Finding, Notice, Problem, Report, Verdict, problem_of
from waste_trace.ledger.verify_text import render
from waste_trace.ledger.verify_times import check_cosigned_times
from waste_trace.ledger.vkey import ED25519, VerifierKey, parse_vkey

WHOLE_CHECKS = ("entries", "tiles", "root", *CHECKS, "pinned")
#: From so many entries on it is worth while to start processes for their signatures.
LONG = 20_000
_TRUST = {layout.POLICY, layout.REGISTRAR, layout.CHECKPOINT}


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """Whom to believe: the policy, the registrar, and checkpoints that somebody kept."""

    policy: Policy
    registrar: VerifierKey
    pinned: dict[str, bytes]


def load_keys(folder: Path) -> TrustedKeys:
    """Read policy.txt, registrar.vkey and pinned/*.checkpoint; LedgerError or OSError."""
    pins = sorted((folder / "pinned").glob(f"*{layout.PINNED_SUFFIX}"))
    return TrustedKeys(
        parse_policy((folder / layout.POLICY).read_bytes()),
        _read_registrar((folder / layout.REGISTRAR).read_bytes()),
        {f"--keys/pinned/{pin.name}": pin.read_bytes() for pin in pins},
    )


def verify_bundle(path: Path, keys: Path | None = None, processes: int = 0) -> Report:
    """Verify the bundle at ``path`` (folder or zip); ``keys``: a folder as for `load_keys`.

    ``processes``: how many others check the signatures of a long log, each of about 30 MB. They are
    started anew, so a program that asks for them must be one that can be imported.

    Never raises for what is in the bundle: the report holds the verdict and the first problem.
    """
    report = Report(keys="from bundle" if keys is None else "given")
    try:
        trusted = None if keys is None else load_keys(keys)
    except (LedgerError, OSError) as error:
        return _unusable(
            report, "密钥文件夹无法使用。", f"The keys folder cannot be used: {error}."
        )
    if not _looks_like_bundle(path):
        return _unusable(report, "这不是审计包。", f"There is no audit bundle at {path}.")
    try:
        with open_bundle(path) as bundle:
            _Verification(bundle, trusted, report, processes).run()
    except Finding as finding:
        report.conclude(finding.problem, finding.verdict)
    except LedgerError as error:
        verdict = Verdict.INCOMPLETE if isinstance(error, IncompleteBundle) else Verdict.TAMPERED
        report.conclude(problem_of("files", error), verdict)
    except OSError as error:
        zh, en = "审计包无法读取。", f"The bundle cannot be read: {error}."
        report.conclude(Problem("files", zh, en), Verdict.INCOMPLETE)
    return report


class _Verification:
    """The checks in their order. A mismatch with the manifest is kept back for a while: a deeper
    check can often say which entry is behind it.
    """

    def __init__(
        self, bundle: Bundle, trusted: TrustedKeys | None, report: Report, processes: int
    ) -> None:
        self._bundle = bundle
        self._processes = processes
        self._trusted = trusted
        self._report = report
        self._partial = is_partial(bundle)
        report.plan("files", "keys", "checkpoint")
        report.plan(*(PARTIAL_CHECKS if self._partial else WHOLE_CHECKS), "witnesses")

    def run(self) -> None:
        files = check_files(self._bundle, self._report)
        try:
            assessment = self._check_contents()
        except Finding as finding:
            if files.finding is not None and _explains(files, finding):
                raise files.finding from finding
            raise
        except LedgerError as error:
            raise files.finding or error from error
        if files.finding is not None:
            raise files.finding
        self._check_witnesses(assessment)

    def _check_contents(self) -> Assessment:
        keys, bundle = self._load_keys(), self._bundle
        checkpoint = self._read_checkpoint(keys.policy)
        kept = Pinned(bundle, keys.policy, keys.pinned, checkpoint, self._report)
        if self._partial:
            log_keys = PartialPass(bundle, checkpoint, keys.registrar, self._report).run()
            by_proof = consistent_by_proof(bundle, checkpoint)
            assessment = check_log_keys(bundle, keys.policy, log_keys, checkpoint, by_proof)
            kept.check(log_keys, require_same_root)
        else:
            processes = self._processes if checkpoint.size >= LONG else 0
            log_keys = LogPass(bundle, checkpoint, keys.registrar, self._report, processes).run()

            def by_tiles(ep: int, older: Checkpoint) -> None:
                require_prefix("checkpoint", layout.handover_path(ep), older, checkpoint, bundle)

            assessment = check_log_keys(bundle, keys.policy, log_keys, checkpoint, by_tiles)
            kept.check(log_keys, require_prefix)
            known = (log_keys.trusted(keys.policy), keys.pinned, checkpoint.size, self._report)
            check_cosigned_times(bundle, *known)
        self._report.passed("checkpoint", f"{checkpoint.size} entries, signed by the log")
        return assessment

    def _load_keys(self) -> TrustedKeys:
        own_policy = self._bundle.read(layout.POLICY)
        own_registrar = self._bundle.read(layout.REGISTRAR)
        if self._trusted is None:
            zh = "使用了审计包自带的公钥：只能证明包内自洽，不能证明来源。"
            en = "The keys are from the bundle itself: it agrees with itself, no more is shown."
            self._report.warn(Notice("keys", zh, en))
            try:
                policy, registrar = parse_policy(own_policy), _read_registrar(own_registrar)
            except LedgerError as error:
                raise Finding(problem_of("keys", error)) from error
            self._report.passed("keys", "keys from the bundle")
            return TrustedKeys(policy, registrar, {})
        self._compare_keys(self._trusted, own_policy, own_registrar)
        self._report.passed("keys", "keys as given")
        return self._trusted

    def _compare_keys(self, given: TrustedKeys, own_policy: bytes, own_registrar: bytes) -> None:
        """The given keys decide; that the bundle proposes others is worth knowing."""
        try:
            same_policy = parse_policy(own_policy) == given.policy
        except LedgerError:
            same_policy = False
        if not same_policy:
            zh = "审计包自带的策略与给定的不同；以给定的为准。"
            en = "The bundle carries another policy than the one given, which decides."
            self._report.warn(Notice("keys", zh, en))
        if own_registrar != given.registrar.text.encode() + b"\n":
            zh = "审计包自带的登记员公钥与给定的不同；以给定的为准。"
            en = "The bundle carries another registrar key than the one given, which decides."
            self._report.warn(Notice("keys", zh, en))

    def _read_checkpoint(self, policy: Policy) -> Checkpoint:
        """What the checkpoint says. A key that the reader does not know may be one of the log's
        later ones: then the entries have to name it before its signature counts.
        """
        note = self._bundle.read(layout.CHECKPOINT)
        try:
            checkpoint = read_checkpoint(note)
            self._require_same_ledger(policy, checkpoint.origin)
            try:
                assess(policy, note)
            except InvalidSignature:
                if not handovers(self._bundle):
                    raise
        except LedgerError as error:
            raise Finding(problem_of("checkpoint", error, layout.CHECKPOINT)) from error
        self._report.size, self._report.root = checkpoint.size, checkpoint.root
        return checkpoint

    def _require_same_ledger(self, policy: Policy, origin: str) -> None:
        """Whoever took the wrong folder of keys must not think that somebody forged."""
        names = sorted({party.key.name for party in policy.logs})
        if self._trusted is not None and origin not in names:
            zh = f"审计包属于台账 {origin}，给定的密钥属于 {'、'.join(names)}：请取该台账的密钥。"
            en = f"The bundle is of {origin}, the keys given are of {', '.join(names)}."
            raise Finding(Problem("keys", zh, en, layout.CHECKPOINT), Verdict.UNUSABLE)

    def _check_witnesses(self, assessment: Assessment) -> None:
        stamps = sorted(assessment.cosigned.items())
        seen = ", ".join(f"{printable(name)} {utc_text(stamp)}" for name, stamp in stamps)
        if not assessment.quorum_met:
            zh = f"见证未达法定数（已见证：{seen or '无'}）。"
            en = f"The quorum of witnesses is not met (cosigned: {seen or 'none'})."
            problem = Problem("witnesses", zh, en, layout.CHECKPOINT)
            raise Finding(problem, Verdict.INCOMPLETE)
        if not assessment.cosigned:
            zh, en = (
                "策略不要求见证：无法排除分叉视图。",
                "No witness is required: split views pass.",
            )
            self._report.warn(Notice("witnesses", zh, en))
        self._report.passed("witnesses", f"quorum met; cosigned: {seen or 'none required'}")


def _explains(files: FileCheck, finding: Finding) -> bool:
    """Whether a mismatch with the manifest says more than what was found under it.

    An altered key or checkpoint file is behind whatever does not verify under it, and an altered
    file weighs more than an incomplete one.
    """
    if finding.verdict is Verdict.UNUSABLE:
        return True
    if finding.problem.file in files.altered:
        return False
    weaker = finding.verdict is Verdict.INCOMPLETE
    return bool(files.altered & _TRUST) or weaker


def _looks_like_bundle(path: Path) -> bool:
    if path.is_dir():
        return (path / layout.MANIFEST).exists() or (path / layout.CHECKPOINT).exists()
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return path.suffix == ".zip" or stream.read(4) == b"PK\x03\x04"


def _read_registrar(data: bytes) -> VerifierKey:
    if not data.endswith(b"\n"):
        raise MalformedBundle("registrar.vkey 缺少换行。", "registrar.vkey lacks its newline.")
    key = parse_vkey(data[:-1].decode("utf-8", "surrogateescape"))
    if key.kind != ED25519:
        raise MalformedKey(
            "登记员公钥必须是 Ed25519。", "The registrar's key must be of type 0x01."
        )
    return key


def _unusable(report: Report, zh: str, en: str) -> Report:
    report.problem, report.verdict = Problem("usage", zh, en), Verdict.UNUSABLE
    return report


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: ``BUNDLE [--keys DIR] [--json]``; returns the exit code."""
    parser = argparse.ArgumentParser(prog="waste_trace.ledger.verify", exit_on_error=False)
    parser.add_argument("bundle", type=Path, help="审计包（文件夹或 zip） folder or zip")
    parser.add_argument("--keys", type=Path, help="policy.txt + registrar.vkey")
    parser.add_argument("--json", action="store_true", help="JSON 输出 machine-readable result")
    others = max(1, (os.cpu_count() or 1) - 1)
    parser.add_argument(
        "--processes",
        type=int,
        default=others,
        help="核验签名的进程数 for the signatures of a long log",
    )
    try:
        options = parser.parse_args(arguments)
    except (argparse.ArgumentError, SystemExit) as stop:
        if isinstance(stop, SystemExit) and not stop.code:
            return 0  # --help
        return 3
    report = verify_bundle(options.bundle, options.keys, options.processes)
    if options.json:
        sys.stdout.buffer.write(orjson.dumps(report.to_value()) + b"\n")
    else:
        sys.stdout.write(render(report))
    sys.stdout.flush()
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
