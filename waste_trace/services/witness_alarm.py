"""A witness's alarm against this ledger: kept on the disk, so that a restart does not forget it.

The file also keeps a ledger read-only that was started again before a witness could be asked.
"""

import json
import os
from pathlib import Path

from waste_trace.durable_names import flush_names
from waste_trace.errors import WasteTraceError
from waste_trace.store.sequencer import LedgerRolledBack

FILE = "witness-alarm.json"


class WitnessAlarm(LedgerRolledBack):
    """A witness has another history of this ledger, or a longer one, signed by the log's key."""

    code = "witness-alarm"
    default_do_zh = (
        "台账已转为只读。请与见证方核对检查点；查明原因后，按运维手册恢复数据库，"
        "或删除数据文件夹中的 witness-alarm.json 后重启。"
    )
    default_do_en = (
        "The ledger is read-only now. Compare checkpoints with the witness; when the cause is "
        "known, restore the database, or remove witness-alarm.json in the data folder and restart."
    )


def alarm_of(witness: str, error: WasteTraceError) -> WitnessAlarm:
    """What a witness's proof means for the ledger; ``note`` in its facts is the proof."""
    return WitnessAlarm(
        f"见证方 {witness} 报警：{error.zh}",
        f"The witness {witness} raises an alarm: {error.en}",
        witness=witness,
        reason=error.code,
        note=error.facts["note"],
    )


def keep_alarm(folder: Path, origin: str, at: str, alarm: WitnessAlarm) -> None:
    """Write the alarm down, durably; the first one of a ledger stays.

    Args:
        folder: the data folder. at: when, ISO 8601.
    """
    if read_alarm(folder, origin) is not None:
        return
    value = {"origin": origin, "at": at, "zh": alarm.zh, "en": alarm.en, "facts": alarm.facts}
    temporary = folder / f"{FILE}.new"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / FILE)
    flush_names(folder)


def read_alarm(folder: Path, origin: str) -> WitnessAlarm | None:
    """The alarm that was kept against this ledger; one against another ledger does not count.

    A file that cannot be read counts as an alarm: it is there because there was one.
    """
    place = folder / FILE
    if not place.exists():
        return None
    try:
        value = json.loads(place.read_text(encoding="utf-8"))
        if value["origin"] != origin:
            return None
        return WitnessAlarm(str(value["zh"]), str(value["en"]), at=value["at"], **value["facts"])
    except (ValueError, KeyError, TypeError, OSError):
        return WitnessAlarm(
            f"报警文件 {FILE} 无法读取。", f"The alarm file {FILE} cannot be read.", file=FILE
        )
