// After `next build`: hashes of inline scripts per page, brotli twins, and the byte budgets.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const OUT = new URL("../out", import.meta.url).pathname;
const COMPRESSED = /\.(html|js|css|txt|svg|json)$/;
const SMALLEST = 512;
const KB = 1024;
const LIMITS = { publicJs: 160 * KB, appJs: 450 * KB, appHtml: 4 * KB, publicHtml: 25 * KB, out: 30 * KB * KB };

function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else yield path;
  }
}

function inlineHashes(html) {
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)];
  const executed = scripts.filter(([tag]) => !/^<script[^>]*type="application\/(ld\+)?json"/.test(tag));
  return [...new Set(executed.map(([, body]) => `sha256-${createHash("sha256").update(body).digest("base64")}`))];
}

const gzipSizes = new Map();
function gzipSize(path) {
  if (!gzipSizes.has(path)) gzipSizes.set(path, gzipSync(readFileSync(path)).length);
  return gzipSizes.get(path);
}

function scriptBytes(html) {
  const tags = [...html.matchAll(/<script[^>]*\ssrc="([^"?]+)[^"]*"[^>]*>/g)].filter(([tag]) => !/nomodule/i.test(tag));
  return [...new Set(tags.map(([, src]) => src))].reduce((sum, src) => sum + gzipSize(join(OUT, src)), 0);
}

function brotli(body) {
  return brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
}

const csp = {};
const pages = {};
const findings = [];
let total = 0;

for (const path of [...walk(OUT)].filter((one) => !one.endsWith(".br"))) {
  const name = relative(OUT, path);
  const body = readFileSync(path);
  total += body.length;
  if (!COMPRESSED.test(name) || body.length < SMALLEST) continue;
  const small = brotli(body);
  writeFileSync(`${path}.br`, small);
  total += small.length;
  if (!name.endsWith(".html")) continue;
  const html = body.toString("utf8");
  csp[name] = inlineHashes(html);
  const isApp = /^[a-z]{2}\/app\//.test(name);
  const page = { html: small.length, js: scriptBytes(html) };
  pages[name] = page;
  if (page.js > (isApp ? LIMITS.appJs : LIMITS.publicJs)) findings.push(`${name}: ${page.js} bytes of scripts (gzip)`);
  if (page.html > (isApp ? LIMITS.appHtml : LIMITS.publicHtml)) findings.push(`${name}: ${page.html} bytes of HTML (br)`);
}
if (total > LIMITS.out) findings.push(`out/: ${total} bytes`);

writeFileSync(join(OUT, "csp.json"), JSON.stringify(csp));
writeFileSync(join(OUT, "budget.json"), JSON.stringify({ limits: LIMITS, total, pages }, null, 2));
const largest = (kind, test) => Math.max(0, ...Object.entries(pages).filter(([name]) => test(name)).map(([, page]) => page[kind]));
const app = (name) => name.includes("/app/");
process.stdout.write(
  `out: ${Object.keys(pages).length} pages, ${(total / KB / KB).toFixed(1)} MB with .br; largest gzip scripts: ` +
    `public ${Math.round(largest("js", (n) => !app(n)) / KB)} KB, app ${Math.round(largest("js", app) / KB)} KB; ` +
    `largest br HTML: public ${(largest("html", (n) => !app(n)) / KB).toFixed(1)} KB, app ${(largest("html", app) / KB).toFixed(1)} KB\n`,
);
for (const finding of findings) process.stdout.write(`over budget: ${finding}\n`);
process.exitCode = findings.length === 0 && statSync(OUT).isDirectory() ? 0 : 1;
