// Adds to package-lock.json the optional binaries of other systems that the registry in use left out.
//
// npm omits an optional dependency it cannot resolve, and `npm ci` then refuses the lock as incomplete.
// A stub entry keeps the lock complete; a machine that needs the binary still gets it by name and version.
// It also drops the addresses a registry writes into the lock. Run twice, it changes nothing the second time.
import { readFileSync, writeFileSync } from "node:fs";

const OS_NAMES = ["darwin", "win32", "freebsd", "android", "linux", "openharmony", "wasi"];
const OS_OF = { windows: "win32", openharmony: "openharmony" };
const CPU_NAMES = ["arm64", "x64", "ia32", "arm", "riscv64", "s390x", "ppc64", "loong64", "wasm32"];

const file = process.argv[2] ?? new URL("../package-lock.json", import.meta.url);
const before = readFileSync(file, "utf8");
const lock = JSON.parse(before);
const packages = lock.packages;

function pick(names, name) {
  const parts = name.split(/[/-]/);
  return names.filter((candidate) => parts.includes(candidate));
}

function osOf(name) {
  const known = pick(OS_NAMES, name);
  if (known.length > 0) return known;
  return pick(Object.keys(OS_OF), name).map((word) => OS_OF[word]);
}

let added = 0;
for (const [path, entry] of Object.entries(packages)) {
  delete entry.resolved;
  for (const [name, version] of Object.entries(path === "" ? {} : (entry.optionalDependencies ?? {}))) {
    const nested = `${path}/node_modules/${name}`;
    const hoisted = `node_modules/${name}`;
    if (packages[nested] !== undefined || packages[hoisted] !== undefined) continue;
    if (!/^\d+\.\d+\.\d+/.test(version)) continue;
    packages[hoisted] = { version, cpu: pick(CPU_NAMES, name), optional: true, os: osOf(name) };
    added += 1;
  }
}

const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
const after = `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`;
if (after !== before) writeFileSync(file, after);
process.stdout.write(`package-lock.json: ${added} stub entries added\n`);
