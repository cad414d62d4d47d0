"""A token for tests: SoftHSM, a real PKCS #11 module that keeps its tokens in files."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.databases import quick_folder, unavailable

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "271828"


@contextmanager
def soft_token() -> Iterator[str]:
    """A new token by its URI, in which ``%s`` is the prefix of the keys' labels."""
    if not MODULE.exists() or shutil.which("softhsm2-util") is None:
        unavailable("SoftHSM (Debian: softhsm2) is not installed")
    folder = quick_folder()
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "wt", "--pin", PIN,
         "--so-pin", "314159"],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / "pin").write_text(PIN + "\n")
    yield f"pkcs11:token=wt;object=%s?module-path={MODULE}&pin-source=file:{folder / 'pin'}"
    shutil.rmtree(folder)
