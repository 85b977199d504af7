// Writes figures as Node's Intl does: one JSON line for each, with the value it stands for.
const locales = process.argv.slice(2);
let seed = 7;
const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
const values = Array.from({ length: 200 }, (_, index) => {
  const size = 10 ** (Math.floor(random() * 11) - 2);
  const value = Number((random() * size).toFixed(2)) + (index % 3 ? 0 : Math.floor(size));
  return index % 4 ? value : -value;
});
const kinds = {
  number: {},
  integer: { maximumFractionDigits: 0 },
  currency: (code) => ({ style: "currency", currency: code }),
  code: (code) => ({ style: "currency", currency: code, currencyDisplay: "code" }),
  percent: { style: "percent", maximumFractionDigits: 2 },
  compact: { notation: "compact", maximumSignificantDigits: 3 },
};
for (const [index, locale] of locales.entries()) {
  const code = ["EUR", "CHF", "INR", "GBP"][index % 4];
  const plain = (options, value) => {
    // What is shown, in full: the same rounding without grouping, in English digits.
    const parts = new Intl.NumberFormat("en-US", { ...options, useGrouping: false }).format(value);
    return parts;
  };
  for (const value of values) {
    for (const [kind, made] of Object.entries(kinds)) {
      const options = typeof made === "function" ? made(code) : made;
      const scaled = kind === "percent" ? value / 1000 : value;
      const text = new Intl.NumberFormat(locale, options).format(scaled);
      const shown =
        kind === "compact"
          ? Number(scaled)
          : Number(plain({ maximumFractionDigits: kind === "integer" ? 0 : kind === "percent" ? 4 : typeof made === "function" ? 2 : 3 }, scaled));
      console.log(JSON.stringify({ locale, kind, code, text, value: String(shown) }));
    }
  }
}
