"""One district with a small story behind a real server, made once for all page tests."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

import migrations
from tests import cast
from tests.cast import BUREAU, CARRIER, FACTORY, GARAGE, PLANT, PLATFORM
from tests.console.reading import Page, read_page
from tests.devices import Clock, Device, enrolled_device
from tests.http import http_client
from tests.serving import application, serving
from waste_trace.codes import digital_id
from waste_trace.labels.png import render_png
from waste_trace.services.deployment import Deployment
from waste_trace.services.issue_labels import issue_labels, sign_label
from waste_trace.services.number_manifest import number_manifest
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.register_party import register_organisation, register_site
from waste_trace.services.render_label import label_font, layout_label
from waste_trace.services.sign_in import create_user
from waste_trace.services.verify_frame import append_verdict, frame_to_verify
from waste_trace.settings import Settings
from waste_trace.store.engine import open_engine

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PASSWORD = "correct-horse-9"
#: A name that would be a script if any template forgot to escape it.
HOSTILE = "<script>alert('厂')</script>"
NAMES = {
    BUREAU: "平湖分局",
    FACTORY: HOSTILE,
    GARAGE: "永顺汽修",
    PLATFORM: "绿收平台",
    CARRIER: "安运物流",
    PLANT: "德固环保",
}
PEOPLE = {
    "regulator": BUREAU,
    "producer": FACTORY,
    "garage": GARAGE,
    "platform": PLATFORM,
    "transporter": CARRIER,
    "treatment": PLANT,
}
HTML = {"accept": "text/html"}


@dataclass
class District:
    """The deployment, its address and what happened there.

    Attributes:
        treated: a container that went all the way. stored: one that has not; in a finding.
        merged: two containers of the garage that the platform put into ``mixture``.
        offline_idx: an event that was recorded offline, an hour before it was logged.
        frame_idx: a camera picture with a suspect verdict.
    """

    deployment: Deployment
    clock: Clock
    folder: Path
    url: str = ""
    treated: str = ""
    stored: str = ""
    merged: list[str] = field(default_factory=list)
    mixture: str = ""
    manifest: str = ""
    offline_idx: int = -1
    frame_idx: int = -1
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)

    def device(self, org: str) -> Device:
        """The device of an organisation, enrolled when it first speaks."""
        if org not in self.devices:
            site = cast.SITES.get(org, "")
            self.devices[org] = enrolled_device(self.deployment, self.folder / org, org, site=site)
        return self.devices[org]

    def client(self, username: str) -> httpx.Client:
        """A browser-like client: of a person who has signed in, or of nobody ("")."""
        if username not in self.clients:
            client = http_client(self.url, headers=HTML)
            if username:
                form = {"username": username, "password": PASSWORD}
                assert client.post("/login", data=form).status_code == 303
            self.clients[username] = client
        return self.clients[username]

    def page(self, username: str, path: str, status: int = 200) -> Page:
        """A page as that person gets it, parsed."""
        answer = self.client(username).get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:300]}"
        return read_page(answer.text)

    def token(self, code: str, rotation: int = 0) -> str:
        """What stands behind ``/Q/`` in the QR of a container's label."""
        text = sign_label(self.deployment, digital_id.parse(code), rotation).text
        return text.partition("/Q/")[2]


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    """The district, its story told and its server running."""
    folder = tmp_path_factory.mktemp("district")
    clock = Clock(START)
    settings = Settings(data_dir=folder / "data", database_url="", broker_url="", blob_url="")
    engine = open_engine(settings.database)
    migrations.upgrade(engine)
    engine.dispose()
    deployment = Deployment.open(settings, clock)
    told = District(deployment, clock, folder)
    _register(deployment)
    _direct_line(told)
    _small_waste(told)
    _watch(told)
    with serving(application(deployment)) as url:
        told.url = url
        httpx.post(f"{url}/v1/events", content=b"no json at all")
        yield told
        for client in told.clients.values():
            client.close()
    for device in told.devices.values():
        device.handheld.close()
    deployment.close()


def _register(deployment: Deployment) -> None:
    open_ledger(deployment)
    for org, name in NAMES.items():
        register_organisation(deployment, org, name, [cast.KINDS[org]], cast.REGION)
    for org, site in cast.SITES.items():
        register_site(deployment, site, org, f"{org[-4:]} 库", "贮存库")
    for username, org in PEOPLE.items():
        create_user(deployment, username, PASSWORD, f"{username} 先生", cast.KINDS[org], org)


def _issue(district: District, unit: str, count: int) -> list[str]:
    issued = issue_labels(district.deployment, unit, cast.WASTE, cast.DAY, count)
    return [str(token.digital_id) for token in issued.tokens]


def _direct_line(district: District) -> None:
    """A drum from the factory to its treatment, 9 kg lighter on the way; another one stays."""
    deployment, clock = district.deployment, district.clock
    factory, carrier, plant = (district.device(org) for org in (FACTORY, CARRIER, PLANT))
    district.treated, district.stored = _issue(district, FACTORY, 2)
    drum = [district.treated]
    factory.tell("produce", cast.produce())
    factory.tell("fill", cast.fill(district.treated, "1180.500"))
    factory.tell("fill", cast.fill(district.stored, "20.000"))
    clock.forward(hours=1)
    both = {"containers": [district.treated, district.stored]}
    earlier = deployment.now() - timedelta(hours=1)
    district.offline_idx = factory.tell("store_in", both, at=earlier, offline=True).index
    clock.forward(hours=1)
    factory.tell("store_out", {"containers": drum})
    district.manifest = number_manifest(deployment, FACTORY, 2026)
    factory.tell("open_manifest", cast.open_manifest(district.manifest, drum, "1180.500"))
    for verb in ("load", "depart", "arrive"):
        carrier.tell(verb, cast.transport(district.manifest, drum))
        clock.forward(minutes=20)
    plant.tell("weigh_in", cast.weigh_in(district.manifest, drum, "1160.000"))
    plant.tell("accept", {"containers": drum, "manifest": district.manifest})
    plant.tell("treat", cast.treat(drum, "1160.000"))
    forged = sign_label(deployment, digital_id.parse(district.stored), 0).text[:-6] + "AAAAAA"
    factory.tell("store_out", {"containers": [district.stored], "labels": [forged]})
    factory.tell("store_in", {"containers": [district.stored]}, at=START - timedelta(days=3))


def _small_waste(district: District) -> None:
    """Two drums of a garage, collected and merged by the platform."""
    garage, platform = district.device(GARAGE), district.device(PLATFORM)
    district.merged = _issue(district, GARAGE, 2)
    (district.mixture,) = _issue(district, PLATFORM, 1)
    garage.tell("produce", cast.produce())
    for code in district.merged:
        garage.tell("fill", cast.fill(code, "30.000"))
        platform.tell("collect", cast.collect(code, "30.000"))
    platform.tell("merge", cast.merge(district.merged, district.mixture, "60.000"))


def _watch(district: District) -> None:
    """A camera's picture on which one label is missing."""
    deployment = district.deployment
    font = label_font(deployment)
    picture = render_png(layout_label(deployment, district.stored), font, 72)
    body = {"camera": "CAM-1", "sha256": deployment.blobs.put(picture), "media_type": "image/png"}
    district.frame_idx = district.device(FACTORY).tell("capture_frame", body).index
    frame = frame_to_verify(deployment, district.frame_idx)
    assert frame is not None
    detail = {"zh": "画面正常。", "en": "Sound.", "health": "ok", "missing": [district.stored]}
    append_verdict(deployment, frame, "suspect", detail)
