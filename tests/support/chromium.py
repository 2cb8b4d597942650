"""A Chromium for the browser tests: found or installed, or a clear error. No test skips for want of one.

Also run as `python -m tests.support.chromium` before the tests, so that no test waits for an installation.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
INSTALL_TIMEOUT_S = 900.0  # seconds; a hundred megabytes over a slow line
APT = ("apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::http::Timeout=60")
CJK_FONT = "fonts-noto-cjk"

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # nothing leaves the machine
]

MISSING = """\
no Chromium was found for the browser tests, and none could be installed{reason}.
Install one in any of these ways and run the tests again:
    sudo apt install chromium fonts-noto-cjk          (Debian, Ubuntu)
    .venv/bin/python -m playwright install chromium   (any system)
or name one that you have: SWITCHBOARD_CHROMIUM=/path/to/chrome"""


class BrowserMissingError(Exception):
    """No Chromium here; the message says how to get one."""


def find_or_install_chromium() -> Path:
    """The program for Playwright's `executable_path`. Raises BrowserMissingError that says how to get one.

    Order: $SWITCHBOARD_CHROMIUM, PATH, Playwright's own folder; else apt (as root on Debian and Ubuntu) or
    Playwright's download is tried.
    """
    if found := find_chromium():
        return found
    failures = []
    for install in (_install_with_apt, _install_with_playwright):
        if failure := install():
            failures.append(failure)
        if found := find_chromium():
            return found
    reason = " (" + "; ".join(failures) + ")" if failures else ""
    raise BrowserMissingError(MISSING.format(reason=reason))


def find_chromium() -> Path | None:
    """A Chromium that is here and starts, or None."""
    if named := os.environ.get("SWITCHBOARD_CHROMIUM"):
        if _starts(Path(named)):
            return Path(named)
        raise BrowserMissingError(f"SWITCHBOARD_CHROMIUM names {named}, which does not start.")
    return next((path for path in _candidates() if _starts(path)), None)


def ensure_cjk_font() -> bool:
    """Whether Chinese can be drawn; installs a font where that needs no question (root with apt)."""
    if _has_cjk_font():
        return True
    if _may_use_apt():
        _apt_install(CJK_FONT)
    return _has_cjk_font()


def _candidates() -> Iterator[Path]:
    for name in NAMES:
        if found := shutil.which(name):
            yield Path(found)
    patterns = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
    for pattern in (*patterns, "chromium_headless_shell-*/*/*headless*shell"):
        for folder in _playwright_folders():
            yield from sorted(folder.glob(pattern), reverse=True)


def _playwright_folders() -> list[Path]:
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "0")
    places = [Path.home() / ".cache" / "ms-playwright", Path.home() / "Library" / "Caches" / "ms-playwright"]
    return [Path(named), *places] if named != "0" else places


def _starts(program: Path) -> bool:
    """Whether the program reports its version: a stub that points to a snap does not."""
    try:
        return _run([str(program), "--version"], 60.0).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _has_cjk_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    return bool(_run(["fc-list", ":lang=zh-tw", "family"], 60.0).stdout.strip())


def _may_use_apt() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install_with_apt() -> str | None:
    if not _may_use_apt():
        return None
    return _apt_install("chromium", CJK_FONT, "fontconfig")


def _apt_install(*packages: str) -> str | None:
    """Install packages; return why that failed, or None."""
    for command in ([*APT, "update"], [*APT, "install", "-y", "--no-install-recommends", *packages]):
        try:
            done = _run(command, INSTALL_TIMEOUT_S)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"apt-get: {error}"
        if done.returncode:
            return "apt-get: " + " ".join(done.stdout.strip().splitlines()[-2:])
    return None


def _install_with_playwright() -> str | None:
    try:
        done = _run([sys.executable, "-m", "playwright", "install", "chromium"], INSTALL_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"playwright: {error}"
    return "playwright: " + " ".join(done.stdout.strip().splitlines()[-2:]) if done.returncode else None


def _run(argv: list[str], timeout_s: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=timeout_s,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        check=False,
    )


def main() -> int:
    """Find or install the browser and say which one it is; the exit code is 1 when there is none."""
    try:
        sys.stdout.write(f"{find_or_install_chromium()}\n")
    except BrowserMissingError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    if not ensure_cjk_font():
        sys.stdout.write(
            "no Chinese font is installed: pictures will show boxes (apt install fonts-noto-cjk)\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
