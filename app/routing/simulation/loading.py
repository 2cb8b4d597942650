"""Scenarios from files: JSON and the CSV files it names, with faults that name the file, the field and the way out."""

import csv
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from app.core.errors import FieldError, InvalidInput
from app.routing.simulation.cases import Case, as_scenario, is_case
from app.routing.simulation.checks import check
from app.routing.simulation.scenario import (
    ContactClass,
    Empirical,
    MeasuredInFile,
    Recorded,
    RecordedInFile,
    Scenario,
)


def load(path: Path, case: str | None = None, changes: Mapping[str, Any] | None = None) -> Scenario:
    """The scenario in a file, or the published case in it: the file's one object, or `case` of its `cases`.

    `changes` replaces fields of the scenario (`contacts`, `hours`, `replications`). CSV files are read, their paths
    being relative to the file. Raises InvalidInput.
    """
    raw = _json(path)
    if "cases" in raw:
        raw = _case_of(raw["cases"], case)
    elif case is not None and raw.get("id") != case:
        _refuse("--case", f"the file holds no list of cases with {case!r} in it")
    return read(raw, folder=path.parent, changes=changes)


def read(raw: object, folder: Path | None = None, changes: Mapping[str, Any] | None = None) -> Scenario:
    """A scenario or published case from its JSON value. Without `folder`, CSV files are refused.

    Raises InvalidInput with every wrong field.
    """
    if not isinstance(raw, Mapping):
        _refuse("scenario", "must be a JSON object")
    try:
        scenario = as_scenario(Case.model_validate(raw)) if is_case(raw) else Scenario.model_validate(raw)
        if changes:
            changed = scenario.model_dump(by_alias=True) | dict(changes)
            scenario = Scenario.model_validate(changed)
    except ValidationError as error:
        raise InvalidInput("the scenario has wrong fields", errors=field_errors(error, raw)) from error
    if folder is not None:
        scenario = _with_files(scenario, folder)
    check(scenario)
    return scenario


def field_errors(error: ValidationError, raw: object) -> list[FieldError]:
    """Pydantic's faults with fields as the writer knows them, `classes[0].handle_time.mean`."""
    found: dict[str, FieldError] = {}
    for fault in error.errors():
        field = _field(fault["loc"], raw)
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = "there is no such field; `switchboard simulate --schema` lists them all"
        elif fault["type"] == "missing":
            message = "is missing"
        # where a field may have one of several shapes, the first shape's message is the plainest
        found.setdefault(field, FieldError(field or "scenario", message))
    return list(found.values())


def _field(location: tuple[int | str, ...], raw: object) -> str:
    """The path without the names of variants that Pydantic adds; those are not in what was written."""
    text, here = "", raw
    for at, part in enumerate(location):
        if isinstance(part, int):
            text += f"[{part}]"
            here = here[part] if isinstance(here, list) and part < len(here) else None
        elif isinstance(here, Mapping) and (part in here or _names_a_field(part, at, location, here)):
            text += f".{part}" if text else part
            here = here.get(part)
    return text


def _names_a_field(part: str, at: int, location: tuple[int | str, ...], here: Mapping[str, Any]) -> bool:
    return at == len(location) - 1 and part != here.get("kind")


def _json(path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_bytes())
    except OSError as error:
        _refuse(str(path), f"cannot be read: {error.strerror}")
    except (ValueError, RecursionError) as error:
        _refuse(str(path), f"is not JSON: {error}")
    if not isinstance(raw, dict):
        _refuse(str(path), "must hold one JSON object")
    return raw


def _case_of(cases: object, wanted: str | None) -> dict[str, Any]:
    listed = cases if isinstance(cases, list) else []
    known = {str(one.get("id")): one for one in listed if isinstance(one, dict)}
    found = next(iter(known.values())) if wanted is None and len(known) == 1 else known.get(wanted or "")
    if found is None:
        _refuse("--case", f"choose one of {', '.join(known) or 'none: the list of cases is empty'}")
    return found


def _refuse(field: str, message: str) -> NoReturn:
    raise InvalidInput(f"{field}: {message}", errors=[FieldError(field, message)])


def _with_files(scenario: Scenario, folder: Path) -> Scenario:
    """The same scenario with the contents of its CSV files in place of their names."""
    arrivals = _arrivals(scenario, folder)
    classes = []
    for n, row in enumerate(scenario.classes):
        changes: dict[str, Any] = {"arrivals": arrivals[n]} if n in arrivals else {}
        for field in ("handle_time", "patience"):
            value = getattr(row, field)
            if isinstance(value, MeasuredInFile):
                changes[field] = _measured(value, folder, f"classes[{n}].{field}")
        classes.append(row.model_copy(update=changes))
    answering = scenario.answering
    if answering is not None and isinstance(answering.ring_time, MeasuredInFile):
        measured = _measured(answering.ring_time, folder, "answering.ring_time")
        answering = answering.model_copy(update={"ring_time": measured})
    return scenario.model_copy(update={"classes": classes, "answering": answering})


def _measured(source: MeasuredInFile, folder: Path, field: str) -> Empirical:
    values = [_seconds(text, at, field) for at, text in _column(source, {}, folder, field)]
    return Empirical(kind="empirical", values=values)


def _arrivals(scenario: Scenario, folder: Path) -> dict[int, Recorded]:
    """The instants of all classes that have theirs in a file, by number of the class."""
    found: dict[int, list[float | datetime]] = {}
    for n, row in enumerate(scenario.classes):
        if isinstance(row.arrivals, RecordedInFile):
            found[n] = _instants(row, folder, f"classes[{n}].arrivals")
    times = [at for column in found.values() for at in column if isinstance(at, datetime)]
    if times and len({at.tzinfo is None for at in times}) > 1:
        _refuse("classes", "some recorded times have a zone and some have none")
    if not times:
        return {n: _recorded([at for at in column if isinstance(at, float)]) for n, column in found.items()}
    midnight = min(times).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        n: _recorded([(at - midnight).total_seconds() if isinstance(at, datetime) else at for at in column])
        for n, column in found.items()
    }


def _recorded(times: list[float]) -> Recorded:
    return Recorded(kind="recorded", times=times)


def _instants(row: ContactClass, folder: Path, field: str) -> list[float | datetime]:
    source = row.arrivals
    assert isinstance(source, RecordedInFile)  # noqa: S101
    instants: list[float | datetime] = []
    for at, text in _column(source, source.where, folder, field):
        try:
            instants.append(_seconds(text, at, field) if _is_number(text) else datetime.fromisoformat(text))
        except ValueError:
            _refuse(field, f"{at}: {text[:40]!r} is neither a number of seconds nor an ISO 8601 time")
    if len({type(at) for at in instants}) > 1:
        _refuse(f"{field}.column", "some rows hold seconds and some hold times")
    return instants


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _seconds(text: str, at: str, field: str) -> float:
    try:
        value = float(text)
    except ValueError:
        _refuse(field, f"{at}: {text[:40]!r} is not a number of seconds")
    if not 0 <= value < float("inf"):
        _refuse(field, f"{at}: {text[:40]!r} must be 0 or more")
    return value


def _column(
    source: MeasuredInFile | RecordedInFile, where: Mapping[str, str], folder: Path, field: str
) -> list[tuple[str, str]]:
    """The cells of one column that are not empty, each with its place for messages."""
    try:
        with (folder / source.file).open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            names = list(rows.fieldnames or [])
            for name in (source.column, *where):
                if name not in names:
                    _refuse(
                        f"{field}.column", f"{source.file} has no column {name!r}; it has: {', '.join(names)}"
                    )
            cells = [
                (f"{source.file} line {rows.line_num}", (row[source.column] or "").strip())
                for row in rows
                if all((row[name] or "").strip() == value for name, value in where.items())
            ]
    except OSError as error:
        _refuse(f"{field}.file", f"{source.file} cannot be read: {error.strerror}")
    except (UnicodeDecodeError, csv.Error) as error:
        _refuse(f"{field}.file", f"{source.file} is not CSV in UTF-8: {error}")
    filled = [(at, text) for at, text in cells if text]
    if not filled:
        _refuse(f"{field}.file", f"{source.file} holds no value that fits")
    return filled
