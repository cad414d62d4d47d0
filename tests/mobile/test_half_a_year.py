"""Half a year of records on one device: the page stays quick, finds the old, exports everything."""

import json
import time
from pathlib import Path

from playwright.sync_api import expect

from tests.mobile.handheld import Handheld

RECORDS = 12_000
#: Copies the one record, which the page itself made, under ids of earlier days.
FILL = """async ([template, count]) => {
  const open = indexedDB.open("waste-trace-handheld");
  const db = await new Promise(done => { open.onsuccess = () => done(open.result); });
  const tx = db.transaction("records", "readwrite", { durability: "relaxed" });
  const store = tx.objectStore("records");
  const now = Date.parse(template.t);
  for (let at = 0; at < count; at += 1) {
    const ms = now - (count - at) * 1_300_000;
    const time = ms.toString(16).padStart(12, "0");
    const id = `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${String(at).padStart(12, "0")}`;
    const tail = `20260101${String(at % 1000).padStart(3, "0")}`;
    const code = template.containers[0].slice(0, 26) + tail;
    store.add({ ...template, id, seq: at, t: new Date(ms).toISOString(), state: "accepted",
      containers: [code], find: [code, tail] });
  }
  await new Promise((done, fail) => { tx.oncomplete = done; tx.onerror = fail; });
  db.close();
}"""


def test_page_with_half_a_year_of_records(
    enrolled: Handheld, tmp_path: Path, screenshots: Path
) -> None:
    label = enrolled.backend.label("91330100716105852F9002490820261123301")
    enrolled.record("store_in", label)
    enrolled.tab("queue")
    expect(enrolled.entries("accepted")).to_have_count(1)
    enrolled.page.evaluate(FILL, [enrolled.stored("records")[0], RECORDS])

    before = time.monotonic()
    enrolled.page.reload()
    enrolled.tab("queue")
    expect(enrolled.page.locator(".entry")).to_have_count(200)
    assert time.monotonic() - before < 10
    expect(enrolled.page.get_by_text(f"最近 200 条，共 {RECORDS + 1} 条")).to_be_visible()
    enrolled.picture(screenshots, "half-a-year")

    for asked, found in (
        ("20260101007", RECORDS // 1000),
        (label, 1),
        ("20261123301", 1),
        ("7", 0),
    ):
        enrolled.page.locator("#find").fill(asked)
        expect(enrolled.page.locator(".entry")).to_have_count(found)
    enrolled.page.locator("#find").fill("")
    expect(enrolled.page.locator(".entry")).to_have_count(200)

    with enrolled.page.expect_download() as download:
        enrolled.page.get_by_role("button", name="全部导出").click()
    file = tmp_path / "all.hwq"
    download.value.save_as(file)
    exported = json.loads(file.read_text())
    assert len(exported["records"]) == RECORDS + 1

    before = time.monotonic()
    enrolled.record("store_in", label)
    enrolled.tab("queue")
    expect(enrolled.page.locator(".entry").first).to_have_attribute("data-seq", "1")
    expect(enrolled.page.locator(".entry").first).to_have_attribute("data-state", "accepted")
    assert time.monotonic() - before < 10
