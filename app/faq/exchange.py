"""Articles as files, CSV and JSON lines: one article a row, read without a database. A row that is wrong is named by
its line and field. Pure.

CSV has a column for each field and language, `question.en`; cells with several values hold one a line.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

import orjson
from pydantic import Field, ValidationError

from app.core.errors import InvalidInput
from app.faq.article_schemas import EntryFields
from app.faq.entries import checked, entry_to_json, missing_answers, refuse
from app.faq.models import Article, ArticleEntry, ArticleStatus, Language

MAX_ROWS = 50_000
NAMESPACE = UUID("5f0c6f0a-8f3c-5d55-9a55-0d6f2b1c7e42")  # makes ids of articles from a file's own keys

_PLAIN = (
    "id",
    "version",
    "status",
    "topic",
    "audience",
    "auto_answer",
    "valid_from",
    "valid_to",
    "owner",
    "review_on",
)
_TEXTS = ("category", "question", "answer", "answer_short")
_LISTS = ("wordings", "spoken_steps")
COLUMNS = (*_PLAIN, "tags", *(f"{name}.{lang}" for lang in Language for name in (*_TEXTS, *_LISTS)))
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what begins so (OWASP, CSV injection)


class Format(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file: the line (from 1), the column or field, and what would be right."""

    line: int
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """One article of a file. `base_version`: the latest version it was exported with; None: whatever is there."""

    line: int
    article_id: UUID
    entry: ArticleEntry
    status: ArticleStatus
    base_version: int | None


class _RowFields(EntryFields):
    id: str = Field(max_length=200)
    status: ArticleStatus = ArticleStatus.DRAFT
    version: int | None = Field(default=None, ge=1)
    owner: str | None = None


def read_rows(data: bytes, file_format: Format, owners: Mapping[str, UUID]) -> tuple[list[Row], list[Fault]]:
    """The articles of a file and everything that is wrong with it, by line. `owners`: agents by login.

    An id that is no UUID is a key of the file's own: the same key is always the same article.
    """
    try:
        text = _decoded(data)
        records = list(_csv_records(text) if file_format is Format.CSV else _json_records(text))
    except _Unreadable as unreadable:
        return [], [unreadable.fault]
    if len(records) > MAX_ROWS:
        return [], [Fault(records[MAX_ROWS][0], "", f"more than {MAX_ROWS} articles; cut the file in pieces")]
    rows: list[Row] = []
    faults: list[Fault] = []
    lines: dict[UUID, int] = {}
    for line, record in records:
        try:
            row = _row(line, record, owners)
            if row.article_id in lines:
                raise InvalidInput.of("id", f"the same article as in line {lines[row.article_id]}")
            lines[row.article_id] = line
            rows.append(row)
        except InvalidInput as error:
            faults += [Fault(line, _named(e.field, file_format), e.message) for e in error.errors]
        except ValidationError as error:
            for e in error.errors():
                faults.append(Fault(line, _named(".".join(map(str, e["loc"])), file_format), e["msg"]))
    return rows, sorted(faults, key=lambda fault: fault.line)


class _Unreadable(Exception):
    def __init__(self, line: int, field: str, message: str):
        super().__init__(message)
        self.fault = Fault(line, field, message)


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _Unreadable(1, "", "the file is UTF-16; save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Unreadable(line, "", "the file is not UTF-8; save it as UTF-8") from None


def _csv_records(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = [name.strip() for name in next(reader, [])]
        for name in header:
            if name not in COLUMNS or header.count(name) > 1:
                raise _Unreadable(1, name, "unknown or repeated column; known are " + ", ".join(COLUMNS))
        for name in ("id", "topic"):
            if name not in header:
                raise _Unreadable(1, name, "the first line must name the columns, and this one is missing")
        line = reader.line_num + 1
        for cells in reader:
            if any(cells):
                if len(cells) != len(header):
                    raise _Unreadable(
                        line, "", f"{len(cells)} cells under {len(header)} columns; check the quotes"
                    )
                yield line, _from_cells(dict(zip(header, cells, strict=True)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _Unreadable(line, "", f"not CSV: {error}") from None


def _from_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    """A row of CSV in the shape of a line of JSON; empty cells are left out."""
    record: dict[str, Any] = {"contents": {}}
    for column, cell in cells.items():
        text = cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell
        if not text.strip():
            continue
        name, _, language = column.partition(".")
        value: Any = text.splitlines() if name in (*_LISTS, "tags") else text
        if language:
            record["contents"].setdefault(language, {})[name] = value
        else:
            record[name] = value if name == "tags" else text.strip()
    return record


def _json_records(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, written in enumerate(text.split("\n"), 1):
        if not written.strip():
            continue
        try:
            record = orjson.loads(written)
        except orjson.JSONDecodeError as error:
            raise _Unreadable(line, "", f"not JSON: {error}") from None
        if not isinstance(record, dict):
            raise _Unreadable(line, "", "must be a JSON object")
        yield line, record


def _row(line: int, record: dict[str, Any], owners: Mapping[str, UUID]) -> Row:
    refused = next(_with_nul(record), None)
    if refused is not None:
        raise InvalidInput.of(refused, "holds a NUL character; take it out")
    fields = _RowFields.model_validate(record)
    entry = fields.entry()
    if fields.owner:
        if fields.owner not in owners:
            raise InvalidInput.of("owner", f"there is no agent with the login {fields.owner}")
        entry = replace(entry, owner_id=owners[fields.owner])
    elif entry.owner_id is not None and entry.owner_id not in owners.values():
        raise InvalidInput.of("owner_id", "there is no such agent")
    entry = checked(entry)
    if fields.status in (ArticleStatus.PUBLISHED, ArticleStatus.IN_REVIEW):
        refuse(missing_answers(entry))
    return Row(line, _id_of(fields.id), entry, fields.status, fields.version)


def _id_of(text: str) -> UUID:
    key = text.strip()
    if not key:
        raise InvalidInput.of("id", "a UUID, or any key that is always the same for this article")
    try:
        return UUID(key)
    except ValueError:
        return uuid5(NAMESPACE, key)


def _with_nul(value: Any, at: str = "") -> Iterator[str]:
    if isinstance(value, str) and "\0" in value:
        yield at
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _with_nul(inner, f"{at}.{name}" if at else str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _with_nul(inner, at)


def _named(field: str, file_format: Format) -> str:
    """`contents.en.wordings.3` as the file calls it: in CSV `wordings.en`."""
    parts = field.split(".")
    if file_format is Format.JSONL or parts[0] != "contents":
        return field if file_format is Format.JSONL else parts[0]
    return (
        f"{parts[2]}.{parts[1]}" if len(parts) > 2 else "question." + (parts[1] if len(parts) > 1 else "en")
    )


def written(articles: list[Article], file_format: Format, logins: Mapping[UUID, str]) -> bytes:
    """The articles as a file that `read_rows` reads back; CSV with a byte order mark, so that spreadsheets know it."""
    records = [_record(article, logins) for article in articles]
    if file_format is Format.JSONL:
        return b"".join(orjson.dumps(record) + b"\n" for record in records)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_cells(record) for record in records)
    return out.getvalue().encode("utf-8-sig")


def _record(article: Article, logins: Mapping[UUID, str]) -> dict[str, Any]:
    entry = entry_to_json(article.entry)
    owner_id = entry.pop("owner_id")
    return {
        "id": str(article.id),
        "version": article.latest_version,
        "status": article.status.value,
        "owner": logins.get(UUID(owner_id)) if owner_id else None,
        **entry,
    }


def _cells(record: Mapping[str, Any]) -> dict[str, str]:
    plain = {name: record.get(name) for name in (*_PLAIN, "tags")}
    spoken = {
        f"{name}.{language}": content[name]
        for language, content in record["contents"].items()
        for name in (*_TEXTS, *_LISTS)
    }
    return {name: _cell(value) for name, value in {**plain, **spoken}.items()}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "\n".join(value) if isinstance(value, list | tuple) else str(value)
    return (
        f"'{text}" if text.startswith(_FORMULA) or text.startswith(tuple(f"'{c}" for c in _FORMULA)) else text
    )
