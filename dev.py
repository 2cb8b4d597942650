#!/usr/bin/env python3
"""Everything a developer runs: `python3 dev.py help`. Standard library only; the Makefile forwards to it.

This file must be readable by any Python 3: its one job is to find a Python new enough for the rest.
"""

import os
import shutil
import sys
import time

OLDEST = (3, 11)
NEWER_NAMES = ("python3.14", "python3.13", "python3.12", "python3.11")


def main():  # type: () -> int
    """Run the command on this interpreter, or on a newer one found on PATH."""
    os.environ.setdefault("SWITCHBOARD_STARTED_AT", repr(time.time()))
    if sys.version_info < OLDEST:
        for name in NEWER_NAMES:
            newer = shutil.which(name)
            if newer:
                os.execv(newer, [newer, os.path.abspath(__file__), *sys.argv[1:]])
        sys.stderr.write(
            "Switchboard needs Python 3.11 or newer; this is {}.{} ({}), and none of {} is on PATH.\n"
            "Install one (Debian and Ubuntu: apt install python3.11 python3.11-venv; macOS: brew install\n"
            "python) and run this again.\n".format(
                sys.version_info[0], sys.version_info[1], sys.executable, ", ".join(NEWER_NAMES)
            )
        )
        return 1
    from devtools.commands import run_command  # noqa: PLC0415  needs the syntax of Python 3.11

    return run_command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
