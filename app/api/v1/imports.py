"""/v1/imports: histories of accounts elsewhere, previewed, kept once, undone, exported."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.api.deps import CallerDep, IdempotencyKeyDep, IdempotencyKeyError, ServicesDep
from app.api.elsewhere_shapes import ElsewhereOut
from app.api.errors import declared
from app.api.import_shapes import (
    BatchId,
    ImportIn,
    ImportOut,
    ImportPreviewOut,
    ImportRowOut,
    ImportRowsOut,
    ImportsOut,
)
from app.api.policy import policy
from app.domains.identity.types import RateClass
from app.domains.imports.errors import (
    BatchNotFoundError,
    ColumnMappingError,
    FileTooLargeError,
    FileUnreadableError,
    ImportLimitError,
    ImportRaceError,
    ImportTooSlowError,
    NothingToImportError,
)
from app.domains.imports.types import MAX_ROWS, RowOutcome
from app.domains.ledger.errors import IdempotencyMismatchError

router = APIRouter(prefix="/v1/imports", tags=["imports"])

_FILE = (FileUnreadableError, FileTooLargeError, ColumnMappingError, ImportTooSlowError)
_KEEPING = (NothingToImportError, ImportLimitError, ImportRaceError, IdempotencyMismatchError)
_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.post("/preview", responses=declared(*_FILE))
@policy("user", rate=RateClass.WRITE)
async def preview_import(
    body: ImportIn, caller: CallerDep, services: ServicesDep
) -> ImportPreviewOut:
    """Say what would become of each row of a file; a dry run that keeps nothing."""
    reading = await services.imports.preview(caller.user_id, body.upload(), body.options())
    return ImportPreviewOut.of(reading)


@router.post("", status_code=201, responses=declared(*_FILE, *_KEEPING, IdempotencyKeyError))
@policy("user", rate=RateClass.WRITE)
async def create_import(
    body: ImportIn, caller: CallerDep, services: ServicesDep, key: IdempotencyKeyDep
) -> ImportOut:
    """Keep a file's new rows, and all others beside them; the same key keeps once.

    Known rows are duplicates and add nothing. Nothing is posted: this is no money of ours.
    """
    kept = await services.imports.keep(caller.user_id, body.upload(), body.options(), key=key)
    return ImportOut.of(kept)


@router.get("", responses=declared())
@policy("user")
async def list_imports(caller: CallerDep, services: ServicesDep) -> ImportsOut:
    """Return all imports, the newest first, undone ones too."""
    found = await services.imports.list(caller.user_id)
    return ImportsOut(imports=[ImportOut.of(batch) for batch in found])


@router.get("/elsewhere", responses=declared())
@policy("user")
async def get_elsewhere(caller: CallerDep, services: ServicesDep) -> ElsewhereOut:
    """Return what is held elsewhere: the sums of all imported rows that count."""
    return ElsewhereOut.of(await services.imports.elsewhere(caller.user_id))


@router.get("/{import_id}/rows", responses=declared(BatchNotFoundError))
@policy("user")
async def list_import_rows(
    import_id: BatchId,
    caller: CallerDep,
    services: ServicesDep,
    after: Annotated[int, Query(ge=0, le=MAX_ROWS)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    outcome: RowOutcome | None = None,
) -> ImportRowsOut:
    """Return an import's rows in the order of its file, of one outcome if asked."""
    page = await services.imports.rows(
        caller.user_id, import_id, after=after, limit=limit, outcome=outcome
    )
    return ImportRowsOut(
        rows=[ImportRowOut.of(row) for row in page.rows], next_after=page.next_after
    )


@router.post("/{import_id}/undo", responses=declared(BatchNotFoundError, ImportRaceError))
@policy("user", rate=RateClass.WRITE)
async def undo_import(import_id: BatchId, caller: CallerDep, services: ServicesDep) -> ImportOut:
    """Let an import no longer count; its rows are kept. Again changes nothing."""
    return ImportOut.of(await services.imports.undo(caller.user_id, import_id))


@router.get(
    "/{import_id}/export",
    response_class=Response,
    responses=declared(BatchNotFoundError) | _FILES,
)
@policy("user")
async def export_import(
    import_id: BatchId,
    caller: CallerDep,
    services: ServicesDep,
    as_format: Annotated[Literal["csv", "json"], Query(alias="format")] = "csv",
) -> Response:
    """Return the rows that came with an import as a file that imports again row for row.

    JSON also has every row of the broker's file as it was written, refused ones too.
    """
    content = await services.imports.export(caller.user_id, import_id, as_json=as_format == "json")
    name = f"finnami-import-{import_id}.{as_format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=_TYPES[as_format], headers=headers)
