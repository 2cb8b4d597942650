"""`routing conform`. Needs no settings and no database."""

import argparse
import sys

from app.routing import conform as engine_lines


def conform(_: argparse.Namespace) -> int:
    """Speak the engine's three calls on standard input and output until the input ends."""
    engine_lines.serve(sys.stdin.buffer, sys.stdout.buffer)
    return 0
