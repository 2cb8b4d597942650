"""The front end: built from `web/` into `app/web/static/` when its sources changed."""

import hashlib
import json
import os
import re
import shutil
from pathlib import Path

from devtools.environment import BIN, install_locked, require_space
from devtools.terminal import ROOT, DevError, ProgramError, Steps, child_environment, quietly

WEB = ROOT / "web"
STATIC = ROOT / "app" / "web" / "static"
STAMP = STATIC / ".stamp"
MODULES = WEB / "node_modules"
MODULES_STAMP = MODULES / ".switchboard-stamp"
NODE_LOCK = ROOT / "requirements-node.lock"
OLDEST_NODE = (22, 18)  # what the packages in use ask for
NEEDED_BYTES = 700 << 20  # Node (230 MB), the build's packages (250 MB), downloads
NOT_SOURCES = {"node_modules", "dist", ".vite", "coverage", "test-results", "__screenshots__"}


def ensure_ui(steps: Steps) -> None:
    """Build the front end unless it is up to date. Takes three steps. Raises DevError with the reason."""
    if not (WEB / "package.json").exists():
        for name in ("Node", "UI packages", "building the UI"):
            with steps.step(name) as note:
                note("not needed: there is no web/package.json")
        return
    wanted = source_fingerprint()
    fresh = STAMP.exists() and STAMP.read_text() == wanted
    with steps.step("Node") as note:
        if fresh:
            note("not needed: the UI is up to date")
        else:
            note(ensure_node())
    with steps.step("UI packages") as note:
        if fresh or _modules_ready():
            note("ready")
        else:
            install_modules()
    with steps.step("building the UI") as note:
        if fresh:
            note("ready")
        else:
            _build()
            STAMP.write_text(wanted)


def ensure_modules() -> None:
    """Make the UI's tools runnable (type check, unit tests), whether or not a build is due."""
    ensure_node()
    if not _modules_ready():
        install_modules()


def npm(*words: str) -> list[str]:
    """A command line for npm, with the Node that `node_environment` puts in front."""
    found = shutil.which("npm", path=node_environment()["PATH"])
    return [found or "npm", *words]


def node_environment() -> dict[str, str]:
    """The environment in which the right `node` and `npm` come first on PATH."""
    env = child_environment()
    if not _system_node():
        env["PATH"] = str(BIN) + os.pathsep + env.get("PATH", "")
    return env


def has_script(name: str) -> bool:
    """Whether web/package.json has a script of that name."""
    package = WEB / "package.json"
    return package.exists() and name in json.loads(package.read_text()).get("scripts", {})


def source_fingerprint() -> str:
    """A hash of every file below `web/` that can change the result."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(path.relative_to(WEB).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def ensure_node() -> str:
    """Find a Node that is new enough, or install ours into `.venv`; return which one it is."""
    if system := _system_node():
        return f"ready ({system} of the system)"
    if ours := _node_version(str(BIN)):
        return f"ready ({ours} in .venv)"
    require_space(NEEDED_BYTES, "Node and the UI's packages")
    install_locked(NODE_LOCK)
    ours = _node_version(str(BIN))
    if not ours:
        raise DevError(
            "the Node that was installed into .venv does not run on this machine. Install Node "
            f"{OLDEST_NODE[0]}.{OLDEST_NODE[1]} or newer from your system or nodejs.org and run this again."
        )
    return f"installed {ours} into .venv"


def install_modules() -> None:
    """Install exactly what package-lock.json names. Install scripts of packages do not run."""
    if not (WEB / "package-lock.json").exists():
        raise DevError("web/package-lock.json is missing: the UI's packages are installed from it alone.")
    require_space(NEEDED_BYTES // 2, "the UI's packages")
    try:
        quietly(npm("ci", "--ignore-scripts", "--no-audit", "--no-fund"), cwd=WEB, env=node_environment())
    except ProgramError as error:
        raise error.explain("installing the UI's packages") from None
    MODULES_STAMP.write_text(_modules_fingerprint())


def _build() -> None:
    try:
        quietly(npm("run", "build"), cwd=WEB, env=node_environment())
    except ProgramError as error:
        raise error.explain("building the UI") from None
    if not any(STATIC.rglob("*.js")):
        raise DevError(f"`npm run build` ended well but left no script in {STATIC}; see web/package.json.")


def _modules_ready() -> bool:
    return MODULES_STAMP.exists() and MODULES_STAMP.read_text() == _modules_fingerprint()


def _modules_fingerprint() -> str:
    lock = WEB / "package-lock.json"
    return hashlib.sha256(lock.read_bytes() if lock.exists() else b"").hexdigest()


def _sources() -> list[Path]:
    found = []
    for folder, folders, files in os.walk(WEB):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        found += [Path(folder) / name for name in sorted(files) if not name.startswith(".stamp")]
    return found


def _system_node() -> str | None:
    """The version of the system's Node if it is new enough and has npm."""
    outside = os.pathsep.join(
        place for place in os.environ.get("PATH", "").split(os.pathsep) if place != str(BIN)
    )
    version = _node_version(outside)
    if version is None or shutil.which("npm", path=outside) is None:
        return None
    numbers = re.findall(r"\d+", version)
    return version if (int(numbers[0]), int(numbers[1])) >= OLDEST_NODE else None


def _node_version(path: str) -> str | None:
    node = shutil.which("node", path=path)
    if node is None:
        return None
    try:
        answer = quietly([node, "--version"], timeout_s=30.0).strip()
    except ProgramError:
        return None
    return answer if re.fullmatch(r"v\d+\.\d+\.\d+\S*", answer) else None
