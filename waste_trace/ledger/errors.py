"""What can be wrong with ledger bytes. Every class says what to do, in Chinese and in English.

LedgerError
├── NotCanonical        JSON that is not in the one permitted spelling
├── InvalidSignature    a signature, or its key, that does not verify
├── InvalidProof        an inclusion or consistency proof that does not prove it
├── MalformedKey        a key, verifier-key line or key file that cannot be read
├── MalformedEnvelope   not a DSSE envelope with exactly one signature
├── MalformedEvent      a payload that breaks the event form
├── MalformedDisclosure not personal data with its salt, or not in its one spelling
├── MalformedLeaf       not a ledger leaf, or an entry bundle that does not split into leaves
├── MalformedNote       not a signed note, checkpoint or cosignature
├── MalformedReceipt    not a tlog-proof
├── MalformedPolicy     not a tlog-policy
├── MalformedBundle     a bundle that holds what no ledger could have written
├── IncompleteBundle    a bundle in which a file that is needed is missing
├── UnknownKey          nobody enrolled this key in the log before it was used
├── RefusedKeyEvent     an enrolment, rotation or revocation that the rules forbid
└── BrokenChain         a device chain state that cannot be
"""

from typing import ClassVar

from waste_trace.errors import WasteTraceError


class LedgerError(WasteTraceError):
    """Ledger bytes that do not verify."""

    code: ClassVar[str] = "ledger-error"
    default_do_zh: ClassVar[str] = "请保留原始文件，不要修改，并联系台账管理员核查。"
    default_do_en: ClassVar[str] = "Keep the original file unchanged and ask the ledger operator."


class NotCanonical(LedgerError):
    """JSON that is not byte for byte its RFC 8785 form within the ledger's profile."""

    code = "not-canonical"
    default_do_zh = "请用 RFC 8785 规范形式重新生成后再签名；不要改写已签名的字节。"
    default_do_en = "Write the RFC 8785 form, then sign; never rewrite bytes that are signed."


class InvalidSignature(LedgerError):
    """A signature that does not verify, or a key or signature of the wrong form."""

    code = "invalid-signature"
    default_do_zh = "请勿采信该内容；核对公钥来源，并要求签名方重新签名。"
    default_do_en = "Do not trust the content; check where the key came from and ask to sign again."


class InvalidProof(LedgerError):
    """A Merkle proof that does not lead to the stated root."""

    code = "invalid-proof"
    default_do_zh = "请保留该证明作为证据，从台账重新获取；若仍不符，请通知监管部门。"
    default_do_en = "Keep it as evidence and fetch it again; if it still fails, tell the regulator."


class MalformedKey(LedgerError):
    """A key, key file or verifier-key line that cannot be read."""

    code = "malformed-key"
    default_do_zh = "请检查密钥文件、口令和来源，重新导出后再试。"
    default_do_en = "Check the key file, its passphrase and its source; export it again."


class MalformedEnvelope(LedgerError):
    """Not a DSSE envelope with exactly one signature."""

    code = "malformed-envelope"
    default_do_zh = "请由设备按 DSSE 格式重新封装；每个封装只能有一个签名。"
    default_do_en = "Wrap it again as a DSSE envelope with exactly one signature."


class MalformedEvent(LedgerError):
    """An event payload that breaks the event form."""

    code = "malformed-event"
    default_do_zh = "请按提示修正该字段，由设备重新签名后提交。"
    default_do_en = "Correct the named field, have the device sign again, and submit."


class MalformedDisclosure(LedgerError):
    """Not a disclosure: salt, name and value in their one spelling."""

    code = "malformed-disclosure"
    default_do_zh = "请核对个人信息的字段名与内容（1 至 500 个字符），由设备重新生成盐值后提交。"
    default_do_en = "Check the field's name and its 1 to 500 characters; let the device salt it."


class MalformedLeaf(LedgerError):
    """Not a ledger leaf, or an entry bundle that does not split into leaves."""

    code = "malformed-leaf"


class MalformedNote(LedgerError):
    """Not a signed note, checkpoint or cosignature."""

    code = "malformed-note"
    default_do_zh = "请重新下载检查点原文；不要用会改动换行的编辑器保存。"
    default_do_en = "Download the text again; do not save it with an editor that alters newlines."


class MalformedReceipt(LedgerError):
    """Not a tlog-proof receipt."""

    code = "malformed-receipt"
    default_do_zh = "请从台账重新获取回执；不要手工修改。"
    default_do_en = "Fetch the receipt from the ledger again; do not edit it by hand."


class MalformedPolicy(LedgerError):
    """Not a tlog-policy file."""

    code = "malformed-policy"
    default_do_zh = "请按提示的行修正 policy.txt，或向监管部门索取原件。"
    default_do_en = "Correct the named line of policy.txt, or ask the regulator for the original."


class MalformedBundle(LedgerError):
    """A bundle that holds what no ledger could have written."""

    code = "malformed-bundle"


class IncompleteBundle(LedgerError):
    """A bundle in which a file that is needed is missing."""

    code = "incomplete-bundle"
    default_do_zh = "请重新导出或重新下载完整的审计包。"
    default_do_en = "Export or download the complete bundle again."


class UnknownKey(LedgerError):
    """A key that nobody enrolled in the log before it was used, or that is no longer valid."""

    code = "unknown-key"
    default_do_zh = "请先由登记员在台账中登记该设备密钥，再提交事件。"
    default_do_en = "Have the registrar enrol the device's key in the ledger first."


class RefusedKeyEvent(LedgerError):
    """An enrolment, rotation, revocation or registration that the rules forbid."""

    code = "refused-key-event"
    default_do_zh = "请由登记员核对密钥轮次与登记状态后重新办理。"
    default_do_en = "Have the registrar check the key's epoch and state, then do it again."


class BrokenChain(LedgerError):
    """A stored device chain state that no sequence of events could have produced."""

    code = "broken-chain"
    default_do_zh = "请从台账重建设备链状态。"
    default_do_en = "Rebuild the device chain state from the ledger."
