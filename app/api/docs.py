"""Swagger at /docs from our own files: no CDN, no inline script, under the same CSP."""

import hashlib
import importlib.util
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>FinNami API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/static/swagger-ui.css"></head>
<body><main id="swagger"></main>
<script src="/docs/static/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script></body></html>
"""
START = """SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger", deepLinking: true,
  persistAuthorization: false, displayRequestDuration: true, tryItOutEnabled: true});
"""
CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def swagger_files() -> Path:
    """Return the folder of Swagger UI's files (package fastapi-offline, never imported)."""
    spec = importlib.util.find_spec("fastapi_offline")
    assert spec is not None  # noqa: S101 - a runtime dependency, pinned
    assert spec.origin is not None  # noqa: S101 - a package with files
    return Path(spec.origin).parent / "static"


def install(app: FastAPI) -> None:
    """Mount the page, its start script and the static files."""
    etag = hashlib.sha256((PAGE + START).encode()).hexdigest()[:16]
    headers = {"content-security-policy": CSP, "etag": f'"{etag}"', "cache-control": "no-cache"}

    async def page(_: Request) -> Response:
        return Response(PAGE, media_type="text/html", headers=headers)

    async def start(_: Request) -> Response:
        return Response(START, media_type="text/javascript", headers=headers)

    app.add_route("/docs", page, include_in_schema=False)
    app.add_route("/docs/start.js", start, include_in_schema=False)
    app.mount("/docs/static", StaticFiles(directory=swagger_files()), name="swagger")
