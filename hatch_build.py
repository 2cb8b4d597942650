"""Build hook: wheel and sdist carry the built front end, so that installing from them needs no Node."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILD_TIMEOUT_S = 900.0  # seconds; npm may have to fetch everything first


class CustomBuildHook(BuildHookInterface):
    """Builds `web/` into `app/web/static/` unless it is there; fails loudly rather than ship without it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before files are collected. Editable installs serve what `make ui` built."""
        web, static = Path(self.root) / "web", Path(self.root) / "app" / "web" / "static"
        if version == "editable" or any(static.rglob("*.js")):
            return
        if not (web / "package.json").exists():
            raise SystemExit(f"the front end is neither built ({static}) nor is its source here ({web})")
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit("the front end is not built and npm is missing: run `python3 dev.py ui` first")
        for words in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([npm, *words], cwd=web, check=True, timeout=BUILD_TIMEOUT_S)
        if not any(static.rglob("*.js")):
            raise SystemExit(f"`npm run build` left no script in {static}")
