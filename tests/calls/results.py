"""The results of a run, kept in a file so that a run that was stopped goes on where it was."""

import json
from pathlib import Path

from tests.calls.playing import Case
from tests.calls.pool import Played


class Results:
    """What has been played, here and in earlier runs with the same file. The first line of a file is the seed."""

    def __init__(self, path: str | None, seed: int | None, otherwise: int) -> None:
        self._path = Path(path) if path else None
        self._by_case: dict[Case, Played] = {}
        written = self._path.read_text().splitlines() if self._path and self._path.exists() else []
        kept = json.loads(written[0])["seed"] if written else None
        if kept is not None and seed not in (None, kept):
            raise SystemExit(f"--seed: {path} is of seed {kept}; leave --seed out or name another file")
        self.seed: int = next(one for one in (kept, seed, otherwise) if one is not None)
        for line in written[1:]:
            one = json.loads(line)
            point = tuple(one["point"]) if one["point"] else None
            case = Case(one["scenario"], one["fault"], point)
            self._by_case[case] = Played(case, one["wrong"], one["applied"])
        if not written:
            self._write({"seed": self.seed})

    @property
    def all(self) -> list[Played]:
        """Everything, oldest first."""
        return list(self._by_case.values())

    def __contains__(self, case: Case) -> bool:
        return case in self._by_case

    def add(self, one: Played) -> None:
        """Keep a result; that of a case which was played before takes its place."""
        self._by_case[one.case] = one
        case = one.case
        self._write(
            {
                "scenario": case.scenario,
                "fault": case.fault,
                "point": case.point,
                "wrong": one.wrong,
                "applied": one.applied,
            }
        )

    def _write(self, line: dict[str, object]) -> None:
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
