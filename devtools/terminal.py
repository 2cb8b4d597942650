"""Talking to the person at the terminal, and running programs quietly until one fails.

A failure is one message that says what happened and how to mend it, never a traceback.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VAR = ROOT / "var"
TAIL_LINES = 15

DIAGNOSES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("No space left on device", "ENOSPC", "os error 28"),
        "The disk is full. Free some space (df -h shows where) and run this again.",
    ),
    (
        (
            "Temporary failure in name resolution",
            "Name or service not known",
            "Failed to resolve",
            "dns error",
            "nodename nor servname",
            "Network is unreachable",
            "Connection refused",
            "Could not connect",
            "error sending request",
            "ConnectTimeout",
            "ENOTFOUND",
            "EAI_AGAIN",
            "ECONNREFUSED",
            "ETIMEDOUT",
        ),
        "The package registry cannot be reached. Check the network, or point pip (PIP_INDEX_URL) and npm "
        "(npm_config_registry) at a mirror you can reach, and run this again.",
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED", "UnknownIssuer", "SELF_SIGNED_CERT", "unable to get local issuer"),
        "The registry's certificate is not trusted here, as behind a company proxy. Set PIP_CERT, "
        "SSL_CERT_FILE and NODE_EXTRA_CA_CERTS to your company's certificate file.",
    ),
    (
        ("do not match the hashes", "Hash mismatch", "THESE PACKAGES DO NOT MATCH", "EINTEGRITY"),
        "A downloaded package is not the one that was locked. Do not install it by hand; ask who serves it.",
    ),
    (
        ("Permission denied", "EACCES"),
        f"A file in {ROOT} belongs to another account, perhaps from a run as root. Give the folder back "
        "to yourself: sudo chown -R $(id -un) .",
    ),
)


class DevError(Exception):
    """Something that the person at the terminal can mend; the message says how."""


class ProgramError(Exception):
    """A program ended with an error; `output` is what it printed."""

    def __init__(self, argv: Sequence[str], output: str) -> None:
        super().__init__(" ".join(argv))
        self.output = output

    def explain(self, doing: str) -> DevError:
        """This failure as a message: what was being done, what the program said, what helps."""
        tail = "\n".join("    " + line for line in self.output.strip().splitlines()[-TAIL_LINES:])
        advice = next((text for marks, text in DIAGNOSES if any(mark in self.output for mark in marks)), "")
        return DevError(f"{doing} failed:\n{tail}\n{advice}".rstrip())


class Steps:
    """Numbered progress lines with times: `[2/6] installing packages … 5.1 s`."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._number = 0

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Show a step; the block may call what it gets to add a remark such as `ready`."""
        self._number += 1
        remark = ""

        def note(text: str) -> None:
            nonlocal remark
            remark = text

        say(f"[{self._number}/{self._total}] {name} … ", end="")
        began = time.monotonic()
        try:
            yield note
        except BaseException:
            say("failed")
            raise
        taken = time.monotonic() - began
        say(
            ", ".join(
                part for part in (remark, f"{taken:.1f} s" if taken >= 0.1 or not remark else "") if part
            )
        )


def say(text: str, *, end: str = "\n") -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


def quietly(
    argv: Sequence[str | Path],
    *,
    timeout_s: float = 900.0,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
) -> str:
    """Run a program and return what it printed. Raises ProgramError if it fails or takes too long."""
    words = [str(word) for word in argv]
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout_s,
            cwd=cwd,
            env=child_environment() if env is None else env,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ProgramError(words, f"{words[0]} took longer than {timeout_s:.0f} s") from error
    except OSError as error:
        raise ProgramError(words, str(error)) from error
    if done.returncode:
        raise ProgramError(words, done.stdout)
    return done.stdout


def works(argv: Sequence[str | Path]) -> bool:
    """Whether a program that only reports something runs at all."""
    try:
        quietly(argv, timeout_s=60.0)
    except ProgramError:
        return False
    return True


def child_environment() -> dict[str, str]:
    """The environment for programs started here: asks nothing, fetches no Python, has a usable home."""
    env = {name: value for name, value in os.environ.items() if name not in ("PIP_USER", "VIRTUAL_ENV")}
    env |= {
        "UV_PYTHON_DOWNLOADS": "never",
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "npm_config_update_notifier": "false",
    }
    home = Path(env.get("HOME", "/nonexistent"))
    if not os.access(home, os.W_OK):  # accounts of services: caches need some place
        (VAR / "home").mkdir(parents=True, exist_ok=True)
        env["HOME"] = str(VAR / "home")
    return env
