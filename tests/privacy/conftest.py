"""A lorry that is loaded by a driver with a name and a telephone."""

from dataclasses import dataclass

import pytest

from tests.cast import CARRIER, Cast, fill, open_manifest, produce, transport
from tests.cast import FACTORY as SENDER
from tests.devices import Clock, Device
from waste_trace.ledger.disclosure import Disclosure, parse_disclosure

DRIVER = {"driver_name": "吴驾驶", "driver_phone": "13800000001"}


@dataclass(frozen=True, slots=True)
class Loading:
    """A ``load`` that was recorded.

    Attributes:
        body: what the driver's device posted. index: where it stands. disclosures: what came along.
    """

    device: Device
    container: str
    manifest: str
    body: bytes
    index: int
    disclosures: tuple[Disclosure, ...]

    @property
    def digests(self) -> list[str]:
        """The digests in the event."""
        return sorted(one.digest for one in self.disclosures)


@pytest.fixture
def loading(cast: Cast, clock: Clock) -> Loading:
    """A drum with a manifest, loaded by the driver."""
    code, number = cast.containers()[0], cast.manifest()
    factory, carrier = cast.device(SENDER), cast.device(CARRIER)
    factory.tell("produce", produce())
    factory.tell("fill", fill(code))
    factory.tell("open_manifest", open_manifest(number, [code]))
    clock.forward(minutes=5)
    body = carrier.sign("load", transport(number, [code]), personal=DRIVER)
    texts = carrier.handheld.notebook.disclosures(0)
    recorded = carrier.send(body)
    shown = tuple(parse_disclosure(text) for text in texts)
    return Loading(carrier, code, number, body, recorded.index, shown)
