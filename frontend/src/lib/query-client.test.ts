import { ApiError } from "@/lib/api/problem";
import { mayRetry, retryDelay } from "@/lib/query-client";

describe("mayRetry", () => {
  test("once when no answer came", () => {
    expect(mayRetry(0, new ApiError("network", 0, ""))).toBe(true);
    expect(mayRetry(1, new ApiError("network", 0, ""))).toBe(false);
  });

  test("a busy server only when it says when to come back", () => {
    expect(mayRetry(0, new ApiError("unavailable", 503, "", null, 2))).toBe(true);
    expect(mayRetry(0, new ApiError("unavailable", 503, ""))).toBe(false);
  });

  test("never a refusal", () => {
    expect(mayRetry(0, new ApiError("forbidden", 403, ""))).toBe(false);
  });
});

test("retryDelay keeps to Retry-After, at most ten seconds", () => {
  expect(retryDelay(0, new ApiError("unavailable", 503, "", null, 2))).toBe(2000);
  expect(retryDelay(0, new ApiError("unavailable", 503, "", null, 600))).toBe(10_000);
});
