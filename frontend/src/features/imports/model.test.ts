import { NOTHING_SAID, bodyOf, contentOf, lineText, withEntry } from "@/features/imports/model";

test("a file's bytes become base64, whatever they are", async () => {
  expect(await contentOf(new File([new Uint8Array([0xff, 0x00, 0x41])], "a"))).toBe("/wBB");
  expect(await contentOf(new File([], "b"))).toBe("");
});

test("a line is recognised by its filled cells", () => {
  expect(lineText(["2026-01-05", " ", "", " VTI "])).toBe("2026-01-05 · VTI");
});

test("an entry is set, changed and taken out without touching the map", () => {
  const map = { date: "Datum" };
  expect(withEntry(map, "type", "Typ")).toEqual({ date: "Datum", type: "Typ" });
  expect(withEntry(map, "date", undefined)).toEqual({});
  expect(map).toEqual({ date: "Datum" });
});

test("what is not said is asked of the file", () => {
  const body = bodyOf("Old", { number: 1, name: "a.csv", content: "QQ==" }, NOTHING_SAID);
  expect(body).toMatchObject({ account: "Old", file_name: "a.csv", content: "QQ==", columns: null, currency: null });
});
