"""Articles in and out as files, by REST."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from app.core.auth import Permission, Principal
from app.core.errors import BodyTooLarge, InvalidInput, NotFound
from app.core.http import Read, Requires, Tx, problem_responses
from app.faq.exchange import Format
from app.faq.import_jobs import find_import, request_import
from app.faq.importing import export

router = APIRouter(prefix="/faq", tags=["faq: articles"])

Exporter = Annotated[Principal, Depends(Requires(Permission.FAQ_EDIT))]
Importer = Annotated[Principal, Depends(Requires(Permission.FAQ_PUBLISH))]

_TYPES = {Format.CSV: "text/csv; charset=utf-8", Format.JSONL: "application/x-ndjson"}
_FILE = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}


class FaultView(BaseModel):
    """A wrong field of a file: its line (from 1), the column, and what would be right."""

    line: int
    field: str
    message: str


class ImportView(BaseModel):
    """Where an import stands: `done` of `rows`. `refused`: the file has faults and nothing was changed. The
    counts of a dry run say what would have been done."""

    import_id: UUID
    state: str
    is_dry_run: bool
    rows: int
    done: int
    created: int
    changed: int
    unchanged: int
    wrong: int
    faults: list[FaultView]
    requested_at: datetime
    finished_at: datetime | None


async def _file(request: Request) -> bytes:
    """The body, read before a connection of the database is taken."""
    return await request.body()


@router.post(
    "/imports",
    operation_id="import_articles",
    status_code=202,
    responses=problem_responses(InvalidInput, BodyTooLarge),
    openapi_extra=_FILE,
)
async def import_articles(
    principal: Importer,
    data: Annotated[bytes, Depends(_file)],
    tx: Tx,
    import_id: Annotated[UUID, Query(description="chosen by the caller; a repeat is harmless")],
    file_format: Annotated[Format, Query(alias="format")],
    dry_run: Annotated[bool, Query(description="check only, and say what would be done")] = False,
) -> ImportView:
    """Take a file of articles in, all or nothing; follow it with GET. Up to 32 MiB, 50,000 articles."""
    if not data.strip():
        raise InvalidInput.of("body", "must be the file itself")
    now: datetime = await tx.fetchval("select switchboard_now()")
    await request_import(
        tx,
        import_id=import_id,
        data=data,
        file_format=file_format,
        is_dry_run=dry_run,
        by=principal.agent_id,
        now=now,
    )
    return _view(await find_import(tx, import_id))


@router.get("/imports/{import_id}", operation_id="get_import", responses=problem_responses(NotFound))
async def get_import(import_id: UUID, principal: Importer, tx: Read) -> ImportView:
    """Where an import stands, with the first thousand faults of its file."""
    return _view(await find_import(tx, import_id))


@router.get("/export", operation_id="export_articles", response_class=Response)
async def export_articles(
    principal: Exporter, tx: Read, file_format: Annotated[Format, Query(alias="format")]
) -> Response:
    """Every article as a file that can be imported again: what is published as it is found, of the others the latest
    version."""
    data = await export(tx, file_format)
    name = f'attachment; filename="articles.{file_format}"'
    return Response(data, media_type=_TYPES[file_format], headers={"Content-Disposition": name})


def _view(row: dict[str, object]) -> ImportView:
    return ImportView.model_validate({**row, "import_id": row["id"]})
