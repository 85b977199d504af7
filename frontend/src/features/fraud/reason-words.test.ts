// Every reason the API can give a customer has words in every language, and fills in nothing the API does not send.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { createTranslator } from "next-intl";

import { KINDS, shownValues } from "@/features/fraud/model";

type Words = Record<string, { why: string; how: string }>;
type Messages = { paymentReasons: Words; fraud: { kinds: Record<string, string> }; confirm: { notice: { human: object; review: object } } };
type Enums = { components: { schemas: Record<string, { enum?: string[] }> } };

const root = process.cwd();
const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), "utf8"));
const { schemas } = (read("openapi.json") as Enums).components;
const codes = (name: string) => [...(schemas[name]?.enum ?? [])].sort();
const locales = readdirSync(join(root, "messages")).map((file) => file.replace(".json", ""));
const messagesOf = (locale: string) => read(`messages/${locale}.json`) as Messages;

// One of each, as app/domains/fraud/rules/notice.py makes them.
const SENT: Record<string, Record<string, string>> = {
  amount: { amount: "4200.00", average: "120.00", currency: "USD" },
  amount_first: { amount: "4200.00", currency: "USD" },
  combination: { amount: "4200.00", currency: "USD" },
  pace: { hour: "3", week: "1200" },
  large_payments: { count: "2" },
  payee_history: { count: "0" },
  rule: { sentence: "You paid three people for the first time today." },
  burst: { limit: "20" },
  time: { at: "2026-11-24T03:10:00+00:00" },
};

test("there are languages and codes to compare", () => {
  expect(locales).toEqual(expect.arrayContaining(["ar", "en"]));
  expect(codes("CorrectionCode").length).toBeGreaterThan(5);
  expect(codes("CaseKind")).toEqual([...KINDS].sort());
});

describe.each(locales)("in %s", (locale) => {
  const messages = messagesOf(locale);

  test("exactly the API's codes have a sentence and an advice", () => {
    expect(Object.keys(messages.paymentReasons).sort()).toEqual(codes("CorrectionCode"));
    expect(Object.keys(messages.confirm.notice.human).sort()).toEqual(codes("Outcome"));
    expect(Object.keys(messages.confirm.notice.review)).toEqual(expect.arrayContaining(codes("ReviewOutcome")));
    expect(Object.keys(messages.fraud.kinds).sort()).toEqual(codes("CaseKind"));
  });

  test.each(codes("CorrectionCode"))("%s is filled in whole", (code) => {
    const failures: unknown[] = [];
    const t = createTranslator({ locale, messages: messages as never, namespace: "paymentReasons" as never, timeZone: "UTC", onError: (error) => failures.push(error) }) as unknown as (key: string, values?: object) => string;
    const text = t(`${code}.why`, shownValues(locale, SENT[code] ?? {}));
    expect(failures).toEqual([]);
    expect(text).not.toMatch(/[{}]|NaN|undefined/);
    expect(t(`${code}.how`)).not.toBe("");
  });
});
