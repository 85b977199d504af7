"""The front end as browsers and crawlers get it: status, headers, languages, nothing outside."""

import json
from pathlib import Path

import httpx
import pytest

from app.api.web import RAM_LIMIT_BYTES, StaticSite, choose_language, owns

PUBLIC_URL = "https://finnami.example"


@pytest.fixture
def out_dir(tmp_path: Path) -> Path:
    """Return a small export: two languages, a public page, an app page, assets, hashes."""
    root = tmp_path / "out"
    pages = {
        "en.html": "<h1>Home</h1>",
        "ar.html": "<h1>\u0627\u0644\u0631\u0626\u064a\u0633\u064a\u0629</h1>",
        "en/fees.html": "<h1>Fees</h1>",
        "ar/fees.html": "<h1>F</h1>",
        "en/app/login.html": "<h1>Log in</h1>",
        "en/app/login.txt": "rsc",
        "404.html": "<h1>Not here</h1>",
        "_next/static/chunks/a.js": "let a=1;",
        "_next/static/chunks/a.js.br": "br",
        "csp.json": json.dumps({"en.html": ["sha256-AAA="]}),
        "budget.json": "{}",
        "big.bin": "x" * (RAM_LIMIT_BYTES + 1),
    }
    for name, text in pages.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret")
    (root / "leak.txt").symlink_to(tmp_path / "secret.txt")
    return root


def browser(out_dir: Path | None, public_url: str | None = PUBLIC_URL) -> httpx.AsyncClient:
    """Return a client that talks to the site alone."""
    site = StaticSite.load(out_dir, public_url=public_url)
    transport = httpx.ASGITransport(app=site)
    return httpx.AsyncClient(transport=transport, base_url="http://site.test")


class TestPages:
    @pytest.mark.row("DP8")
    async def test_a_page_answers_without_its_extension_with_its_own_csp(
        self, out_dir: Path
    ) -> None:
        answer = await browser(out_dir).get("/en")
        assert answer.status_code == 200
        assert answer.text == "<h1>Home</h1>"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self' 'sha256-AAA=';" in policy
        assert "frame-ancestors 'none'" in policy

    async def test_a_page_without_inline_scripts_allows_none(self, out_dir: Path) -> None:
        answer = await browser(out_dir).get("/en/fees")
        assert "script-src 'self';" in answer.headers["content-security-policy"]

    async def test_head_has_the_same_headers_and_no_body(self, out_dir: Path) -> None:
        client = browser(out_dir)
        got, head = await client.get("/en/app/login"), await client.head("/en/app/login")
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers == got.headers

    @pytest.mark.row("DP8")
    async def test_an_unknown_path_is_a_real_404(self, out_dir: Path) -> None:
        answer = await browser(out_dir).get("/en/nothing")
        assert answer.status_code == 404
        assert answer.text == "<h1>Not here</h1>"

    async def test_a_trailing_slash_moves_to_the_page_and_keeps_the_query(
        self, out_dir: Path
    ) -> None:
        answer = await browser(out_dir).get("/en/fees/?a=1")
        assert answer.status_code == 308
        assert answer.headers["location"] == "/en/fees?a=1"

    async def test_another_method_is_refused(self, out_dir: Path) -> None:
        answer = await browser(out_dir).post("/en")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD"

    @pytest.mark.parametrize(
        "path", ["/../secret.txt", "/en/../../secret.txt", "/leak.txt", "/csp.json", "/budget.json"]
    )
    async def test_nothing_outside_the_site_is_served(self, out_dir: Path, path: str) -> None:
        site = StaticSite.load(out_dir, public_url=None)
        sent: list[dict[str, object]] = []

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "headers": []}
        await site(scope, _never, send)
        assert sent[0]["status"] == 404


class TestCaching:
    async def test_assets_with_a_hash_in_their_name_never_change(self, out_dir: Path) -> None:
        answer = await browser(out_dir).get(
            "/_next/static/chunks/a.js", headers={"accept-encoding": "gzip"}
        )
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.text == "let a=1;"
        assert "content-encoding" not in answer.headers

    async def test_brotli_is_sent_to_who_takes_it(self, out_dir: Path) -> None:
        client = browser(out_dir)
        request = client.build_request(
            "GET", "/_next/static/chunks/a.js", headers={"accept-encoding": "gzip, br;q=1.0"}
        )
        answer = await client.send(request, stream=True)
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
        assert answer.headers["content-encoding"] == "br"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert raw == b"br"

    async def test_brotli_that_is_refused_is_not_sent(self, out_dir: Path) -> None:
        answer = await browser(out_dir).get(
            "/_next/static/chunks/a.js", headers={"accept-encoding": "br;q=0"}
        )
        assert "content-encoding" not in answer.headers

    @pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
    async def test_a_known_etag_gets_304(self, out_dir: Path, form: str) -> None:
        client = browser(out_dir)
        etag = (await client.get("/en")).headers["etag"]
        answer = await client.get("/en", headers={"if-none-match": form.format(etag)})
        assert answer.status_code == 304
        assert answer.content == b""
        assert answer.headers["etag"] == etag

    async def test_a_404_is_never_answered_as_unchanged(self, out_dir: Path) -> None:
        client = browser(out_dir)
        etag = (await client.get("/en/nothing")).headers["etag"]
        answer = await client.get("/en/nothing", headers={"if-none-match": etag})
        assert answer.status_code == 404

    async def test_a_large_file_is_read_from_disk(self, out_dir: Path) -> None:
        answer = await browser(out_dir).get("/big.bin")
        assert answer.status_code == 200
        assert len(answer.content) == RAM_LIMIT_BYTES + 1


class TestLanguages:
    async def test_the_root_leads_to_the_readers_language(self, out_dir: Path) -> None:
        answer = await browser(out_dir).get("/", headers={"accept-language": "ar-EG,en;q=0.5"})
        assert answer.status_code == 307
        assert answer.headers["location"] == "/ar"
        assert answer.headers["vary"] == "Accept-Language"

    @pytest.mark.parametrize(
        ("accepted", "expected"),
        [
            ("", "en"),
            ("fr", "en"),
            ("en;q=0.2, ar;q=0.9", "ar"),
            ("ar;q=0", "en"),
            ("ar;q=x, en", "en"),
            ("*", "en"),
        ],
    )
    def test_choose_language(self, accepted: str, expected: str) -> None:
        assert choose_language(accepted, ("ar", "en")) == expected

    def test_without_english_the_first_language_is_the_fallback(self) -> None:
        assert choose_language("fr", ("ar", "hi")) == "ar"

    @pytest.mark.row("DP8")
    async def test_public_pages_name_their_translations(self, out_dir: Path) -> None:
        links = (await browser(out_dir).get("/en/fees")).headers.get_list("link")
        joined = ", ".join(links)
        assert f'<{PUBLIC_URL}/en/fees>; rel="canonical"' in joined
        assert f'<{PUBLIC_URL}/ar/fees>; rel="alternate"; hreflang="ar"' in joined

    async def test_app_pages_have_no_links_for_crawlers(self, out_dir: Path) -> None:
        assert "link" not in (await browser(out_dir).get("/en/app/login")).headers


class TestCrawlers:
    async def test_robots_keeps_crawlers_out_of_the_app(self, out_dir: Path) -> None:
        text = (await browser(out_dir).get("/robots.txt")).text
        assert "Disallow: /en/app/" in text
        assert f"Sitemap: {PUBLIC_URL}/sitemap.xml" in text

    async def test_sitemap_lists_public_pages_only(self, out_dir: Path) -> None:
        text = (await browser(out_dir).get("/sitemap.xml")).text
        assert f"<loc>{PUBLIC_URL}/en/fees</loc>" in text
        assert "/app/" not in text
        assert "404" not in text

    async def test_without_a_public_address_there_is_no_sitemap(self, out_dir: Path) -> None:
        assert (await browser(out_dir, None).get("/sitemap.xml")).status_code == 404


class TestNotBuilt:
    @pytest.mark.parametrize("make", [lambda p: None, lambda p: p / "missing"])
    async def test_every_page_says_how_to_build(self, tmp_path: Path, make) -> None:
        answer = await browser(make(tmp_path)).get("/en")
        assert answer.status_code == 503
        assert "make build" in answer.text


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/", True),
        ("/en/app/login", True),
        ("/v10", True),
        ("/v1", False),
        ("/v1/me", False),
        ("/docs/oauth2", False),
        ("/.well-known/jwks.json", False),
        ("/livez", False),
    ],
)
def test_owns(path: str, ours: bool) -> None:
    assert owns(path) is ours


async def _never() -> dict[str, object]:
    raise AssertionError("the site reads no body")
