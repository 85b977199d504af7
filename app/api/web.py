"""Serves the exported front end from memory: pages, assets, a real 404, robots and sitemap."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

HeaderList = list[tuple[bytes, bytes]]

API_PREFIXES: Final = ("/v1", "/docs", "/openapi.json", "/livez", "/readyz", "/metrics")
WELL_KNOWN: Final = "/.well-known"
RAM_LIMIT_BYTES: Final = 256 * 1024
NOT_FOUND_FILE: Final = "404.html"
CSP_FILE: Final = "csp.json"
PRIVATE_FILES: Final = frozenset({CSP_FILE, "budget.json"})
IMMUTABLE: Final = "public, max-age=31536000, immutable"
REVALIDATE: Final = "no-cache"
DAY: Final = "public, max-age=86400"
APP_SEGMENT: Final = "app"
CSP_TEMPLATE: Final = (
    "default-src 'self'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS: Final = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(self), microphone=(), geolocation=(), payment=()"),
)
HSTS: Final = ("strict-transport-security", "max-age=63072000; includeSubDomains")
NOT_BUILT_PAGE: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>FinNami: UI not built</title>'
    '<meta name="viewport" content="width=device-width"><body style="font:1rem/1.6 system-ui;'
    'max-width:40rem;margin:4rem auto;padding:0 1rem"><h1>UI not built</h1><p>The API is running. '
    "Run <code>make build</code> to build the pages, then start FinNami again. "
    'The API is documented at <a href="/docs">/docs</a>.</p></body></html>'
)


def owns(path: str) -> bool:
    """Tell whether a path belongs to the front end, not to the API or its probes."""
    if path == WELL_KNOWN or path.startswith(WELL_KNOWN + "/"):
        return False
    return not any(path == prefix or path.startswith(prefix + "/") for prefix in API_PREFIXES)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file ready to send: body and headers, plain and brotli. `path` only when too large."""

    body: bytes
    headers: HeaderList
    etag: str
    brotli_body: bytes | None = None
    brotli_headers: HeaderList = field(default_factory=list)
    path: Path | None = None


class StaticSite:
    """Pure-ASGI server of an exported site, from a table built once at start."""

    def __init__(self, table: Mapping[str, Asset], *, locales: tuple[str, ...]) -> None:
        """Take a finished table of path to asset and the languages `/` chooses from."""
        self._table = table
        self._locales = locales

    @classmethod
    def load(cls, out_dir: Path | None, *, public_url: str | None) -> "StaticSite":
        """Read the export into memory; without one, every path answers "UI not built"."""
        if out_dir is None or not (out_dir / NOT_FOUND_FILE).is_file():
            return cls({}, locales=())
        return _Loader(out_dir.resolve(), public_url).load()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one GET or HEAD; other methods get 405."""
        if scope["method"] not in {"GET", "HEAD"}:
            await _send(send, 405, [(b"allow", b"GET, HEAD")], b"")
            return
        asked = _headers_of(scope)
        head_only = scope["method"] == "HEAD"
        path = scope["path"]
        if not self._table:
            await _send(send, 503, _not_built_headers(), NOT_BUILT_PAGE.encode(), head_only)
        elif path == "/":
            await _send(send, 307, self._to_language(asked.get(b"accept-language", b"")), b"")
        elif path.endswith("/") and path.rstrip("/") in self._table:
            await _send(send, 308, _location(path.rstrip("/"), scope), b"")
        else:
            asset = self._table.get(path)
            status = 200 if asset is not None else 404
            asset = asset or self._table["/404"]
            if asset.path is not None:
                await FileResponse(asset.path, status, dict(_decoded(asset.headers)))(
                    scope, receive, send
                )
                return
            await self._send_asset(send, asset, status, asked, head_only)

    async def _send_asset(
        self, send: Send, asset: Asset, status: int, asked: Mapping[bytes, bytes], head_only: bool
    ) -> None:  # fmt: skip
        compressed = asset.brotli_body is not None and _accepts_brotli(asked)
        headers = asset.brotli_headers if compressed else asset.headers
        etag = f'"{asset.etag}-br"' if compressed else f'"{asset.etag}"'
        if status == 200 and _matches(asked.get(b"if-none-match", b""), etag):
            kept = [pair for pair in headers if pair[0] not in {b"content-length", b"content-type"}]
            await _send(send, 304, kept, b"", True)
            return
        body = asset.brotli_body if compressed and asset.brotli_body is not None else asset.body
        await _send(send, status, headers, body, head_only)

    def _to_language(self, accept_language: bytes) -> HeaderList:
        locale = choose_language(accept_language.decode("latin-1"), self._locales)
        return [
            (b"location", f"/{locale}".encode()),
            (b"vary", b"Accept-Language"),
            (b"cache-control", b"no-cache"),
            (b"content-length", b"0"),
        ]


def choose_language(accept_language: str, locales: tuple[str, ...]) -> str:
    """Return the shipped language a reader wants most; English, else the first, when none fits."""
    wanted: list[tuple[float, str]] = []
    for part in accept_language.split(",")[:20]:
        tag, _, parameters = part.strip().partition(";")
        try:
            weight = float(parameters.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        wanted.append((weight, tag.partition("-")[0].lower()))
    for weight, language in sorted(wanted, key=lambda pair: -pair[0]):
        if weight > 0 and language in locales:
            return language
    return "en" if "en" in locales else locales[0]
