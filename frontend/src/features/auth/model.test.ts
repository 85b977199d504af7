import { cleanCode, groupedSecret, isRecoveryCode, isTotpCode, tokenOfAddress, tokenOfText } from "@/features/auth/model";

test("cleanCode accepts pasted spaces and Arabic digits", () => {
  expect(cleanCode(" 123 456 ")).toBe("123456");
  expect(cleanCode("١٢٣٤٥٦")).toBe("123456");
});

test.each([
  ["123456", true, false],
  ["k7m2p-x9r4t", false, true],
  ["k7m2px9r4t", false, true],
  ["12345", false, false],
  ["", false, false],
])("%s: app code %s, recovery code %s", (code, app, recovery) => {
  expect(isTotpCode(code)).toBe(app);
  expect(isRecoveryCode(code)).toBe(recovery);
});

test("the token is read from a link or taken as typed", () => {
  expect(tokenOfAddress("#token=abc_1", "")).toBe("abc_1");
  expect(tokenOfAddress("", "?token=abc_1")).toBe("abc_1");
  expect(tokenOfAddress("", "")).toBeNull();
  expect(tokenOfText(" http://127.0.0.1:8000/en/app/verify#token=abc ")).toBe("abc");
  expect(tokenOfText("abc")).toBe("abc");
});

test("groupedSecret splits in fours", () => {
  expect(groupedSecret("ABCDEFGHIJ")).toBe("ABCD EFGH IJ");
});
