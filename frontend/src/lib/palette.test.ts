import { readFileSync } from "node:fs";
import { join } from "node:path";

import { contrast, PALETTES, SERIES } from "@/lib/palette";
import type { Palette, Scheme } from "@/lib/palette";

const TEXT: [keyof Palette, keyof Palette][] = [
  ["ink", "page"], ["ink", "surface"], ["ink", "sunken"], ["ink", "primarySoft"],
  ["inkSoft", "page"], ["inkSoft", "surface"], ["inkSoft", "sunken"], ["inkSoft", "primarySoft"],
  ["inkFaint", "page"], ["inkFaint", "surface"], ["inkFaint", "sunken"],
  ["onPrimary", "primary"], ["primary", "surface"], ["primary", "page"], ["primary", "primarySoft"],
  ["link", "surface"], ["link", "page"],
  ["positive", "surface"], ["positive", "page"], ["negative", "surface"], ["negative", "negativeSoft"],
  ["warning", "surface"], ["warning", "warningSoft"],
  ["ink", "warningSoft"], ["ink", "negativeSoft"],
];
const GRAPHICS: [keyof Palette, keyof Palette][] = [["border", "surface"], ["border", "page"], ["primary", "page"]];

describe.each<Scheme>(["light", "dark"])("%s palette", (scheme) => {
  const palette = PALETTES[scheme];

  test.each(TEXT)("%s is readable on %s", (front, back) => {
    expect(contrast(palette[front], palette[back])).toBeGreaterThanOrEqual(4.5);
  });

  test.each(GRAPHICS)("%s stands out from %s", (front, back) => {
    expect(contrast(palette[front], palette[back])).toBeGreaterThanOrEqual(3);
  });

  test.each(SERIES[scheme])("series %s stands out from the surface", (colour) => {
    expect(contrast(colour, palette.surface)).toBeGreaterThanOrEqual(3);
  });

  test("the style sheet holds the same colours", () => {
    const css = readFileSync(join(__dirname, "../app/globals.css"), "utf8");
    const blocks = css.match(/\/\* palette:(light|dark) \*\/[^}]*/g) ?? [];
    const ours = blocks.filter((block) => block.includes(`palette:${scheme}`));
    expect(ours.length).toBeGreaterThan(0);
    for (const [name, value] of Object.entries(palette)) {
      const property = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${value};`;
      for (const block of ours) expect(block).toContain(property);
    }
  });
});

test("contrast of black on white is 21", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
});
