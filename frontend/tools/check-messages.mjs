// Every language has the same keys and placeholders as English, and no long sentence left untranslated.
import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../messages/", import.meta.url);
const LONG_WORDS = 3;
const locales = readFileSync(new URL("../src/lib/i18n/locales.ts", import.meta.url), "utf8");

function flat(tree, prefix = "") {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`),
  );
}

function placeholders(text) {
  return [...new Set([...text.matchAll(/\{\s*([a-zA-Z_]+)/g)].map((found) => found[1]))].sort().join(",");
}

function read(name) {
  return new Map(flat(JSON.parse(readFileSync(new URL(name, folder), "utf8"))));
}

const english = read("en.json");
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const findings = [];

for (const name of files) {
  const code = name.replace(".json", "");
  if (!locales.includes(`code: "${code}"`)) findings.push(`${name}: not listed in src/lib/i18n/locales.ts`);
  const texts = read(name);
  for (const key of english.keys()) if (!texts.has(key)) findings.push(`${name}: ${key} is missing`);
  for (const [key, text] of texts) {
    const source = english.get(key);
    if (source === undefined) findings.push(`${name}: ${key} is unknown`);
    else if (placeholderNames(source) !== placeholderNames(text)) findings.push(`${name}: ${key} has other placeholders`);
    else if (code !== "en" && text === source && wordsOf(text) > LONG_WORDS) {
      findings.push(`${name}: ${key} is not translated`);
    }
  }
}

// Only what has letters is to be translated: "1 {base} = {value} {quote}" is the same everywhere.
function wordsOf(text) {
  return text.replace(/\{[^}]*\}/g, "").split(/\s+/).filter((word) => /\p{L}/u.test(word)).length;
}

// Words inside plural branches look like placeholders; only names that English itself uses count.
function placeholderNames(text) {
  const plain = text.replace(/\b(zero|one|two|few|many|other|=\d+)\s*\{[^}]*\}/g, "");
  return placeholders(plain);
}

for (const finding of findings) process.stdout.write(`${finding}\n`);
process.stdout.write(`messages: ${files.length} languages, ${english.size} keys, ${findings.length} findings\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
