"""Policies and registrar keys: what the program refuses or warns of, the page does, too."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, Page

from tests.ledger.conftest import opened_page
from tests.ledger.ml_dsa_lines import partial
from tests.ledger.page_checks import check, zipped
from tests.ledger.sample_ledger import LOG_KEY, ORIGIN, REGISTRAR_KEY, START_MS, key, small_ledger
from tests.ledger.test_log_keys import REGISTRAR
from tests.ledger.test_partial import reseal
from tests.ledger.test_policy import LOG, MALFORMED, NAME, WIT, W
from waste_trace.ledger.cosignature import cosigner_vkey
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_text import render

NONE = "quorum none\n"
NO_UTF_8 = log_vkey("\ufffd", REGISTRAR_KEY).text.encode().replace("\ufffd".encode(), b"\xff")
#: What other readers of lines and numbers let pass.
MORE = {
    "same key, other name": f"log {LOG}\nlog {log_vkey('example.com/2', key(1)).text}\n{NONE}",
    "no log key": f"log\n{NONE}",
    "no witness key": f"witness w1\n{NONE}",
    "witness with two urls": f"witness w1 {W['w1']} u u\n{NONE}",
    "group called none": f"{WIT}group none any w1\n{NONE}",
    "group called as a witness": f"{WIT}group w1 any w1\n{NONE}",
    "group of itself": f"{WIT}group g any g\n{NONE}",
    "two quorum names": f"{WIT}quorum w1 w1\n",
    "last line cut": f"log {LOG}\nquorum none\n#",
    "threshold 1e0": f"{WIT}group g 1e0 w1\n{NONE}",
    "threshold 0x1": f"{WIT}group g 0x1 w1\n{NONE}",
    "threshold +1": f"{WIT}group g +1 w1\n{NONE}",
    "threshold constructor": f"{WIT}group g constructor w1\n{NONE}",
    "verb in capitals": f"LOG {LOG}\n{NONE}",
    "byte order mark": f"\ufefflog {LOG}\n{NONE}",
    "no-break space": f"log\u00a0{LOG}\n{NONE}",
    "vertical tab": f"#\v\n{NONE}",
    "zero": f"#\0\n{NONE}",
    "another id": f"log {LOG.replace('+', '+0', 1)}\n{NONE}",
    "another name": f"log x{LOG}\n{NONE}",
    "name with next line": f"log {LOG.replace(NAME, 'a' + chr(0x85))}\n{NONE}",
    "id in capitals": f"log {NAME}+{LOG.split('+')[1].upper()}+{LOG.split('+', 2)[2]}\n{NONE}",
    "base64 without padding": f"log {log_vkey('l', key(3)).text.rstrip('=')}=\n{NONE}",
}
BAD = {name: text.encode() for name, text in (MALFORMED | MORE).items()}
BAD["unknown name of any octets"] = WIT.encode() + b"quorum \xff\xfe\n"
# Whoever reads U+FFFD in place of what is no UTF-8 finds that the id fits.
BAD["key name that is no UTF-8"] = NO_UTF_8.join([b"log ", f"\n{NONE}".encode()])

OURS = f"log {log_vkey(ORIGIN, LOG_KEY).text}".encode()
WITNESSES = b"".join(b"witness %s %s\n" % (n.encode(), W[n].encode()) for n in W)
GOOD = {
    "spaces and comments": b"# \xff\t\n\n \t" + OURS + b" https://log.example/ \nquorum\tnone",
    "names of any octets": OURS
    + b"\n"
    + WITNESSES.replace(b" w1 ", b" \xff\xfe ").replace(b" w2 ", " 见证 ".encode())
    + b"group \xfe\xff any \xff\xfe\ngroup both all \xfe\xff \xe8\xa7\x81\xe8\xaf\x81\nquorum both",
    "words of ours as names": OURS
    + b"\n"
    + WITNESSES.replace(b" w1 ", b" constructor ")
    + b"group any any constructor\ngroup all all any w2\nquorum all",
    "a key in both roles": OURS
    + f"\nwitness self {cosigner_vkey(ORIGIN, LOG_KEY).text}\nquorum none".encode(),
    "a name with a mark": OURS
    + f"\nlog {log_vkey(chr(0xFEFF), key(3)).text}\nquorum none".encode(),
}

KEY = REGISTRAR.text.encode()
KEYS = {
    "no newline": KEY,
    "another end": KEY + b"x",
    "two newlines": KEY + b"\n\n",
    "carriage return": KEY + b"\r\n",
    "space before": b" " + KEY + b"\n",
    "empty": b"",
    "a witness's": cosigner_vkey("registrar.example", REGISTRAR_KEY).text.encode() + b"\n",
    "another id": KEY.replace(b"+", b"+0", 1) + b"\n",
    "name that is no UTF-8": NO_UTF_8 + b"\n",
}


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One page for all: whoever verifies looks at one bundle after the other."""
    with opened_page(browser, tmp_path_factory.mktemp("page")) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A good bundle; beside it ``b-keys``."""
    return small_ledger(2).write(tmp_path / "b")


def both(page: Page, folder: Path, keys: Path | None) -> tuple[int, str | None, list[str]]:
    """Exit code, what is wrong, and the warnings about keys: the two say the same."""
    ours, theirs = verify_bundle(folder, keys), check(page, zipped(folder), keys)
    assert json.loads(orjson.dumps(ours.to_value()))["exit"] == ours.exit_code
    assert render(ours).encode()
    what = ours.problem.what if ours.problem else None
    theirs_what = theirs["problem"] and theirs["problem"]["what"]
    assert (theirs["verdict"], theirs_what) == (str(ours.verdict), what), theirs["problem"]
    said = [one.en for one in ours.warnings if one.what == "keys"]
    assert [one["en"] for one in theirs["warnings"][: len(said)]] == [
        f"{en[0].lower()}{en[1:]}".removesuffix(".") for en in said
    ]
    assert len(theirs["warnings"]) == len(ours.warnings)
    return ours.exit_code, what, said


def of_bundle_and_of_reader(page: Page, folder: Path, name: str, data: bytes) -> None:
    """A file of keys that is malformed, first in the bundle, then in the reader's hand."""
    keys = folder.with_name("b-keys")
    good = (folder / name).read_bytes()
    (folder / name).write_bytes(data)
    reseal(folder)
    assert both(page, folder, None)[:2] == (1, "keys")
    (folder / name).write_bytes(good)
    reseal(folder)
    (keys / name).write_bytes(data)
    assert both(page, folder, keys)[:2] == (3, "usage")
    assert page.inner_text("#verdict") == "无法核验 UNUSABLE"
    assert name in page.inner_text("#details")


@pytest.mark.parametrize("case", BAD)
def test_malformed_policies(page: Page, folder: Path, case: str) -> None:
    of_bundle_and_of_reader(page, folder, "policy.txt", BAD[case])


@pytest.mark.parametrize("case", KEYS)
def test_malformed_registrars(page: Page, folder: Path, case: str) -> None:
    of_bundle_and_of_reader(page, folder, "registrar.vkey", KEYS[case])


@pytest.mark.parametrize("case", GOOD)
def test_policies_that_are_unusual_and_good(page: Page, folder: Path, case: str) -> None:
    keys = folder.with_name("b-keys")
    (keys / "policy.txt").write_bytes(GOOD[case] + b"\n")
    assert both(page, folder, keys)[:2] == (0, None)


def test_times_by_a_witness_whose_name_is_no_utf_8(page: Page, tmp_path: Path) -> None:
    ledger = small_ledger(2)
    early = ledger.checkpoint(ms=START_MS - 3_600_000)
    folder = ledger.write(tmp_path / "b", checkpoint=early)
    keys = tmp_path / "b-keys"
    (keys / "policy.txt").write_bytes(GOOD["names of any octets"] + b"\n")
    assert both(page, folder, keys)[:2] == (0, None)
    said = [one.en for one in verify_bundle(folder, keys).warnings if one.what == "postdated"]
    assert [r"the witness \xff\xfe had it" in one for one in said] == [False, True]


@pytest.mark.parametrize("name", ["policy.txt", "registrar.vkey"])
def test_files_of_keys_that_are_missing(page: Page, folder: Path, name: str) -> None:
    """A bundle without them is incomplete, whatever the reader has; a reader has both."""
    keys = folder.with_name("b-keys")
    own = (folder / name).read_bytes()
    (folder / name).unlink()
    reseal(folder)
    for given in (keys, None):
        assert both(page, folder, given)[:2] == (2, "files")
    (folder / name).write_bytes(own)
    reseal(folder)
    (keys / name).unlink()
    assert both(page, folder, keys)[:2] == (3, "usage")
    assert f"The {name} given cannot be used: it is missing." in page.inner_text("#details")


def test_unusable_keys_come_before_what_is_wrong_with_the_bundle(page: Page, folder: Path) -> None:
    keys, junk = folder.with_name("b-keys"), folder.with_name("junk.zip")
    junk.write_bytes(b"not a zip at all, but long enough to look")
    for exit_code, verdict in ((2, "incomplete"), (3, "unusable")):
        assert verify_bundle(junk, keys).exit_code == exit_code
        assert check(page, junk, keys)["verdict"] == verdict
        (keys / "policy.txt").write_bytes(BAD["no newline"])


def turned(policy: bytes) -> bytes:
    """The same policy: witnesses in another order, spaces, a comment."""
    first, *witnesses, group, quorum = policy.replace(b" ", b"\t").splitlines(keepends=True)
    return b"".join([b"# ours\n", *reversed(witnesses), group, first, quorum])


OTHERS: dict[str, Callable[[bytes], bytes]] = {
    "the same": lambda policy: policy,
    "written otherwise": turned,
    "another url": lambda policy: policy.replace(b"\nwitness", b" https://x.example/\nwitness", 1),
    "another quorum": lambda policy: policy.replace(b"quorum witnesses", b"quorum none"),
    "another threshold": lambda policy: policy.replace(b"witnesses 2", b"witnesses any"),
    "members turned": lambda policy: policy.replace(b"w1 w2 w3", b"w3 w2 w1"),
    "one log more": lambda policy: LOG.encode().join([b"log ", b"\n"]) + policy,
    "malformed": lambda policy: policy[:-1],
}


@pytest.mark.parametrize("case", OTHERS)
def test_a_bundle_with_another_policy(page: Page, folder: Path, case: str) -> None:
    keys = folder.with_name("b-keys")
    own = folder / "policy.txt"
    own.write_bytes(OTHERS[case](own.read_bytes()))
    reseal(folder)
    code, what, warnings = both(page, folder, keys)
    assert (code, what) == (0, None)
    same = case in ("the same", "written otherwise")
    assert ["another policy" in one for one in warnings] == ([] if same else [True])


@pytest.mark.parametrize("line", [log_vkey("registrar.example", key(3)).text + "\n", "", "\n"])
def test_a_bundle_with_another_registrar(page: Page, folder: Path, line: str) -> None:
    (folder / "registrar.vkey").write_text(line)
    reseal(folder)
    code, what, warnings = both(page, folder, folder.with_name("b-keys"))
    assert (code, what) == (0, None)
    assert ["another registrar" in one for one in warnings] == [True]


def test_a_partial_bundle_with_others(page: Page, tmp_path: Path) -> None:
    ledger = small_ledger(20)
    ledger.write(tmp_path / "w")
    folder = partial(ledger, tmp_path / "b")
    keys = tmp_path / "w-keys"
    assert both(page, folder, keys) == (0, None, [])
    (folder / "policy.txt").write_text("quorum none\n")
    (folder / "registrar.vkey").write_text("none\n")
    reseal(folder)
    code, what, warnings = both(page, folder, keys)
    assert (code, what, len(warnings)) == (0, None, 2)
