"""Another key for one of the ledger's own services (换钥): the old one is old, or was stolen.

Both are leaves of the registrar, in one transaction: the new key counts, and the old one no longer
does. What the old key has signed until then stays good, labels in the yards included.
"""

from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy import Connection, select

from waste_trace.custody.errors import CustodyError
from waste_trace.services.deployment import Deployment
from waste_trace.services.open_ledger import SERVICES, enrolment
from waste_trace.services.plain_text import is_plain
from waste_trace.store.sequencer import Draft, Recorded
from waste_trace.store.tables import Device
from waste_trace.store.writing import table_of


class RenewalRefused(CustodyError):
    """There is no such service, or no reason."""

    code: ClassVar[str] = "renewal-refused"
    default_do_zh = f"服务名称：{'、'.join(SERVICES)}；原因为 1 至 200 字。"
    default_do_en = f"The services are {', '.join(SERVICES)}; a reason has 1 to 200 characters."


def renew_service_key(deployment: Deployment, dev: str, reason: str) -> Recorded:
    """Make a new key for a service, enrol it and end the one before.

    Args:
        dev: "issuer", "vision", "numbering", "desk" or "calendar". reason: for everybody to read.

    Returns:
        The leaf that enrols the new key.

    Raises:
        RenewalRefused
    """
    old = deployment.sequencer.refresh().current_key(dev)
    if dev not in SERVICES or old is None or not is_plain(reason, 200):
        raise RenewalRefused(f"不能更换“{dev}”的密钥。", f"The key of {dev!r} cannot be renewed.")
    ep = old.ep

    def build(connection: Connection) -> Sequence[Draft]:
        device = table_of(Device)
        own = (device.c.dev == dev) & (device.c.ep == ep)
        next_seq = connection.execute(select(device.c.next_seq).where(own)).scalar_one()
        ended: dict[str, object] = {
            "dev": dev,
            "ep": ep,
            "last_good_seq": next_seq - 1,
            "reason": reason,
        }
        return [enrolment(deployment, dev, ep + 1), Draft("key.revoke", ended)]

    return deployment.sequencer.compose("registrar", build)[0]
