import { safeReturnPath } from "@/lib/auth/return-path";

describe("safeReturnPath", () => {
  test("keeps a path of this site with its query", () => {
    expect(safeReturnPath("/app/orders?id=1", "/app")).toBe("/app/orders?id=1");
  });

  test.each([null, "", "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])(
    "falls back for %s",
    (wanted) => {
      expect(safeReturnPath(wanted, "/app")).toBe("/app");
    },
  );
});
