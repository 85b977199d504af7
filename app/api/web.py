"""Serves the exported front end from memory: pages, assets, a real 404, robots and sitemap."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from mimetypes import guess_type
from pathlib import Path
from typing import Final

from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

HeaderList = list[tuple[bytes, bytes]]

API_PREFIXES: Final = ("/v1", "/docs", "/openapi.json", "/livez", "/readyz", "/metrics")
WELL_KNOWN: Final = "/.well-known"
LOCALE_PAGE: Final = re.compile(r"^([a-z]{2})\.html$")
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
NOT_BUILT_PAGE: Final = (
    b'<!doctype html><html lang="en"><meta charset="utf-8"><title>FinNami: UI not built</title>'
    b'<meta name="viewport" content="width=device-width"><body style="font:1rem/1.6 system-ui;'
    b'max-width:40rem;margin:4rem auto;padding:0 1rem"><h1>UI not built</h1><p>The API is running. '
    b"Run <code>make build</code> to build the pages, then start FinNami again. "
    b'The API is documented at <a href="/docs">/docs</a>.</p></body></html>'
)
NOT_BUILT_HEADERS: Final = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"content-length", str(len(NOT_BUILT_PAGE)).encode()),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'"),
]


def owns(path: str) -> bool:
    """Tell whether a path belongs to the front end, not to the API or its probes."""
    if path == WELL_KNOWN or path.startswith(WELL_KNOWN + "/"):
        return False
    return not any(path == prefix or path.startswith(prefix + "/") for prefix in API_PREFIXES)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file ready to send, plain and brotli; `large_file` is read at each request instead."""

    body: bytes
    headers: HeaderList
    etag: str
    brotli_body: bytes | None = None
    brotli_headers: HeaderList = field(default_factory=list)
    large_file: Path | None = None


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
        head = scope["method"] == "HEAD"
        path = scope["path"]
        if not self._table:
            await _send(send, 503, NOT_BUILT_HEADERS, b"" if head else NOT_BUILT_PAGE)
        elif path == "/":
            await _send(send, 307, self._to_language(asked.get(b"accept-language", b"")), b"")
        elif path.endswith("/") and path.rstrip("/") in self._table:
            await _send(send, 308, [(b"location", _with_query(path.rstrip("/"), scope))], b"")
        else:
            asset = self._table.get(path)
            status = 200 if asset is not None else 404
            asset = asset or self._table["/404"]
            if asset.large_file is not None:
                headers = {name.decode(): value.decode() for name, value in asset.headers}
                response = FileResponse(asset.large_file, status, headers)
                await response(scope, receive, send)
                return
            await self._send_asset(send, asset, status=status, asked=asked, head=head)

    async def _send_asset(
        self, send: Send, asset: Asset, *, status: int, asked: Mapping[bytes, bytes], head: bool
    ) -> None:
        compressed = asset.brotli_body is not None and _accepts_brotli(asked)
        headers = asset.brotli_headers if compressed else asset.headers
        etag = f'"{asset.etag}-br"' if compressed else f'"{asset.etag}"'
        if status == 200 and _matches(asked.get(b"if-none-match", b""), etag):
            kept = [pair for pair in headers if pair[0] not in {b"content-length", b"content-type"}]
            await _send(send, 304, kept, b"")
            return
        body = asset.brotli_body if compressed and asset.brotli_body is not None else asset.body
        await _send(send, status, headers, b"" if head else body)

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


class _Loader:
    """Builds the table of one export: which paths answer with which file and headers."""

    def __init__(self, root: Path, public_url: str | None) -> None:
        self._root = root
        self._public_url = (public_url or "").rstrip("/")
        self._files = sorted(self._served_files())
        self._locales = tuple(
            found[1] for name in self._files if (found := LOCALE_PAGE.match(name)) is not None
        )
        csp_file = root / CSP_FILE
        self._hashes: dict[str, list[str]] = (
            json.loads(csp_file.read_text()) if csp_file.is_file() else {}
        )

    def load(self) -> StaticSite:
        table: dict[str, Asset] = {}
        for name in self._files:
            asset = self._asset(name)
            table[f"/{name}"] = asset
            if name.endswith(".html"):
                path = "/" + name.removesuffix(".html").removesuffix("/index")
                table.setdefault(path, asset)
        table["/robots.txt"] = _text_asset(self._robots(), "text/plain; charset=utf-8")
        if self._public_url:
            table["/sitemap.xml"] = _text_asset(self._sitemap(), "application/xml")
        return StaticSite(table, locales=self._locales)

    def _served_files(self) -> Iterator[str]:
        for path in self._root.rglob("*"):
            inside = path.resolve().is_relative_to(self._root)
            name = path.relative_to(self._root).as_posix()
            if path.is_file() and inside and path.suffix != ".br" and name not in PRIVATE_FILES:
                yield name

    def _asset(self, name: str) -> Asset:
        path = self._root / name
        body = path.read_bytes()
        etag = sha256(body).hexdigest()[:24]
        headers = self._headers(name, etag=etag, length=len(body))
        brotli = path.with_name(path.name + ".br")
        if not brotli.is_file():
            large = path if len(body) > RAM_LIMIT_BYTES else None
            return Asset(b"" if large else body, headers, etag, large_file=large)
        small = brotli.read_bytes()
        small_headers = self._headers(name, etag=f"{etag}-br", length=len(small))
        small_headers.append((b"content-encoding", b"br"))
        return Asset(body, headers, etag, brotli_body=small, brotli_headers=small_headers)

    def _headers(self, name: str, *, etag: str, length: int) -> HeaderList:
        kind = guess_type(name)[0] or "application/octet-stream"
        if kind.startswith("text/") or kind == "application/json":
            kind += "; charset=utf-8"
        headers = [
            (b"content-type", kind.encode()),
            (b"content-length", str(length).encode()),
            (b"cache-control", _lifetime(name).encode()),
            (b"etag", f'"{etag}"'.encode()),
            (b"vary", b"Accept-Encoding"),
        ]
        if name.endswith(".html"):
            hashes = "".join(f" '{one}'" for one in self._hashes.get(name, ()))
            headers.append(
                (b"content-security-policy", CSP_TEMPLATE.format(hashes=hashes).encode())
            )
            headers.extend((b"link", link.encode()) for link in self._links(name))
        return headers

    def _links(self, name: str) -> Iterator[str]:
        if not self._public_url or not self._is_public_page(name):
            return
        yield f'<{self._url(name)}>; rel="canonical"'
        for locale, url in self._translations(name):
            yield f'<{url}>; rel="alternate"; hreflang="{locale}"'

    def _translations(self, name: str) -> list[tuple[str, str]]:
        rest = name[2:]
        found = [locale for locale in self._locales if (self._root / f"{locale}{rest}").is_file()]
        return [(locale, self._url(f"{locale}{rest}")) for locale in found]

    def _url(self, name: str) -> str:
        return f"{self._public_url}/{name.removesuffix('.html')}"

    def _is_public_page(self, name: str) -> bool:
        parts = name.removesuffix(".html").split("/")
        return (
            name.endswith(".html") and parts[0] in self._locales and APP_SEGMENT not in parts[1:2]
        )

    def _robots(self) -> str:
        lines = ["User-agent: *", "Disallow: /v1/"]
        lines += [f"Disallow: /{locale}/{APP_SEGMENT}/" for locale in self._locales]
        if self._public_url:
            lines.append(f"Sitemap: {self._public_url}/sitemap.xml")
        return "\n".join(lines) + "\n"

    def _sitemap(self) -> str:
        entries = []
        for name in filter(self._is_public_page, self._files):
            alternates = "".join(
                f'<xhtml:link rel="alternate" hreflang="{locale}" href="{escape(url)}"/>'
                for locale, url in self._translations(name)
            )
            entries.append(f"<url><loc>{escape(self._url(name))}</loc>{alternates}</url>")
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
            f'xmlns:xhtml="http://www.w3.org/1999/xhtml">{"".join(entries)}</urlset>'
        )


def _text_asset(text: str, kind: str) -> Asset:
    body = text.encode()
    etag = sha256(body).hexdigest()[:24]
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", DAY.encode()),
        (b"etag", f'"{etag}"'.encode()),
    ]
    return Asset(body, headers, etag)


def _lifetime(name: str) -> str:
    if name.startswith("_next/static/"):
        return IMMUTABLE
    return REVALIDATE if name.endswith((".html", ".txt")) else DAY


def _headers_of(scope: Scope) -> dict[bytes, bytes]:
    return dict(scope["headers"])


def _with_query(path: str, scope: Scope) -> bytes:
    query: bytes = scope.get("query_string", b"")
    return path.encode() + (b"?" + query if query else b"")


def _accepts_brotli(asked: Mapping[bytes, bytes]) -> bool:
    for part in asked.get(b"accept-encoding", b"").split(b","):
        name, _, weight = part.strip().partition(b";")
        if name == b"br":
            return weight.replace(b" ", b"") not in {b"q=0", b"q=0.0"}
    return False


def _matches(if_none_match: bytes, etag: str) -> bool:
    listed = [one.strip().removeprefix(b"W/") for one in if_none_match.split(b",")]
    return b"*" in listed or etag.encode() in listed


async def _send(send: Send, status: int, headers: HeaderList, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
