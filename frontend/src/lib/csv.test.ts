import { csvOf } from "@/lib/csv";

test("commas, quotes and lines are kept inside one cell", () => {
  expect(csvOf(["a", "b"], [['x,"y"', null], ["one\ntwo", 3]])).toBe('a,b\r\n"x,""y""",\r\n"one\ntwo",3\r\n');
});

test.each([
  ["=1+1", "'=1+1"],
  ["@cmd", "'@cmd"],
  ["-x", "'-x"],
  ["-12.50", "-12.50"],
  ["-1e-7", "-1e-7"],
])("%s is written as %s", (value, written) => {
  expect(csvOf(["a"], [[value]])).toBe(`a\r\n${written}\r\n`);
});
