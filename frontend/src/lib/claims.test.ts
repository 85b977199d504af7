// No sentence of any language claims what was never shown (advice design §14, "Never claim").
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(__dirname, "../../messages");
const BANNED: Record<string, readonly RegExp[]> = {
  en: [
    /\b(beats?|beating|outperforms?|outperformance)\b/i,
    /\bAI\b.*\bpredicts?\b.*\breturns?\b/i,
    /\bpredict(s|ed|ing)? (your |future )?returns?\b/i,
    /\b(guaranteed|risk[- ]free|no risk|without risk|cannot lose|never loses? money)\b/i,
    /\b9\d(\.\d+)? ?% (accurate|accuracy|certain)/i,
    /\baccuracy of 9\d/i,
    /\b(CAGR|alpha)\b/,
    /\b(saves?|cuts?|reduces?) (you )?(your )?tax(es)?\b/i,
    /\btax savings?\b/i,
    /\bget rich\b/i,
  ],
  ar: [/يتفوق على السوق|تتفوق على السوق|يهزم السوق/, /يتنبأ بالعوائد|تتنبأ بالعوائد/, /عائد مضمون|عوائد مضمونة|ربح مضمون|أرباح مضمونة|مضمون الربح/, /بلا مخاطر|دون مخاطر|خال من المخاطر/, /دقة 9\d/, /وفر الضرائب|توفير ضريبي/],
};
const NOT_A_CLAIM = /\b(not|no|never|nobody|nothing|none|cannot)\b|guarantee\b/i;

function flat(tree: Record<string, unknown>, prefix = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[prefix + key, value] as [string, string]] : flat(value as Record<string, unknown>, `${prefix}${key}.`),
  );
}

function claims(locale: string, texts: readonly [string, string][]): string[] {
  const banned = [...(BANNED[locale] ?? []), ...(locale === "en" ? [] : (BANNED.en ?? []))];
  return texts.flatMap(([key, text]) =>
    text
      .split(/(?<=[.!?؟])\s+/)
      .filter((sentence) => banned.some((one) => one.test(sentence)) && !NOT_A_CLAIM.test(sentence))
      .map((sentence) => `${locale} ${key}: ${sentence}`),
  );
}

const LOCALES = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

test.each(LOCALES)("%s claims nothing that was never shown", (name) => {
  const texts = flat(JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as Record<string, unknown>);
  expect(texts.length).toBeGreaterThan(500);
  expect(claims(name.replace(".json", ""), texts)).toEqual([]);
});

test("the list finds the claims it is for", () => {
  const lies = ["It beats the market.", "Our AI predicts returns.", "Guaranteed risk.", "95 % accuracy of advice.", "It saves taxes."];
  expect(claims("en", lies.map((lie, at) => [String(at), lie]))).toHaveLength(lies.length);
  expect(claims("ar", [["a", "عوائد مضمونة كل سنة."]])).toHaveLength(1);
  expect(claims("en", [["a", "Nobody beats the market for sure."]])).toEqual([]);
});
