"""Which style sheet and script the help centre's pages name: read from the front end's build manifest."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

ENTRY = "help/main.ts"
LOGO = "shared/logo.svg"


@dataclass(frozen=True, slots=True)
class Assets:
    """Addresses of files that never change; all empty while nothing is built: the pages are readable without."""

    styles: tuple[str, ...] = ()
    script: str | None = None
    icon: str | None = None


class AssetSource:
    """Reads the manifest again when it was built anew."""

    def __init__(self, static: Path):
        self._manifest = static / "manifest.json"
        self._read_at = 0
        self._assets = Assets()

    def current(self) -> Assets:
        """What to name now."""
        try:
            changed_at = self._manifest.stat().st_mtime_ns
        except FileNotFoundError:
            return Assets()
        if changed_at != self._read_at:
            self._assets = _assets(orjson.loads(self._manifest.read_bytes()))
            self._read_at = changed_at
        return self._assets


def _assets(manifest: dict[str, Any]) -> Assets:
    entry = manifest.get(ENTRY)
    if entry is None:
        return Assets()
    styles: dict[str, None] = {}
    waiting, seen = [entry], set()
    while waiting:
        chunk = waiting.pop()
        styles.update(dict.fromkeys(f"/static/{name}" for name in chunk.get("css", ())))
        for name in chunk.get("imports", ()):
            if name not in seen:
                seen.add(name)
                waiting.append(manifest[name])
    icon = manifest.get(LOGO)
    return Assets(tuple(styles), f"/static/{entry['file']}", f"/static/{icon['file']}" if icon else None)
