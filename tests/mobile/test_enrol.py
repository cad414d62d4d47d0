"""Enrolment: a key is born on the device, proves itself, and never leaves."""

from pathlib import Path

from playwright.sync_api import expect

from tests.mobile.handheld import Handheld


def test_device_enrols_by_link_with_a_key_that_cannot_be_exported(
    handheld: Handheld, screenshots: Path
) -> None:
    handheld.open()
    expect(handheld.page.get_by_text("登记手持机")).to_be_visible()
    handheld.picture(screenshots, "enrol")

    handheld.enrol()

    assert "enrol" not in handheld.page.url
    expect(handheld.page.get_by_text("单位 34X5").first).to_be_visible()
    extractable = handheld.page.evaluate(
        """new Promise(done => {
          const open = indexedDB.open("waste-trace-handheld");
          open.onsuccess = () => {
            const got = open.result.transaction("device").objectStore("device").get("current");
            got.onsuccess = async () => {
              const key = got.result.key.pair.privateKey;
              const refused = await crypto.subtle.exportKey("pkcs8", key).then(
                () => "exported", error => error.name);
              done([key.extractable, refused, got.result.key.alg]);
            };
          };
        })"""
    )
    assert extractable == [False, "InvalidAccessError", "ed25519"]


def test_used_code_is_refused_with_what_to_do(handheld: Handheld, screenshots: Path) -> None:
    handheld.open()
    handheld.page.locator("#enrol-code").fill("not-a-code")
    handheld.page.get_by_role("button", name="登记本机").click()

    alert = handheld.page.get_by_role("alert")
    expect(alert).to_contain_text("登记码无效、已过期或已被使用。")
    expect(alert).to_contain_text("请向管理员索取新的登记码")
    handheld.picture(screenshots, "enrol-refused")


def test_engine_without_ed25519_enrols_with_p256_and_still_verifies_the_ledger(
    handheld: Handheld,
) -> None:
    """PDAs with older engines: their own key is P-256, the log's is Ed25519 all the same."""
    handheld.context.add_init_script(
        """for (const name of ["generateKey", "importKey"]) {
          const original = SubtleCrypto.prototype[name];
          SubtleCrypto.prototype[name] = function (...args) {
            if (args.includes("Ed25519")) {
              return Promise.reject(new DOMException("no Ed25519", "NotSupportedError"));
            }
            return original.apply(this, args);
          };
        }"""
    )
    handheld.enrol()
    code = "91330100716105852F9002490820261123021"
    handheld.record("store_in", handheld.backend.label(code))
    handheld.tab("queue")
    expect(handheld.entries("accepted")).to_have_count(1)

    logged = handheld.backend.logged()[-1]
    assert logged.algorithm == "p256"
    assert len(logged.public_key) == 65
    assert logged.event.body["containers"] == [code]


def test_language_switch_keeps_both_languages_in_reach(
    enrolled: Handheld, screenshots: Path
) -> None:
    enrolled.page.get_by_role("button", name="EN", exact=True).click()
    expect(enrolled.page.get_by_text("What are you doing?")).to_be_visible()
    assert enrolled.page.evaluate("document.documentElement.lang") == "en"
    enrolled.picture(screenshots, "record-english")
    enrolled.page.reload()
    expect(enrolled.page.get_by_text("What are you doing?")).to_be_visible()
