import { act, renderHook, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";

import { signOut, useSessionState } from "@/lib/auth/session";
import { accessToken, setAccessToken } from "@/lib/auth/token";
import { server, withServer } from "@/testing/server";

withServer();

test("without a log-in on this device nothing is asked; a token signs in; signing out forgets it everywhere", async () => {
  const asked: string[] = [];
  server.use(
    http.post("*/v1/auth/refresh", () => {
      asked.push("refresh");
      return HttpResponse.json({ code: "refresh_invalid" }, { status: 401 });
    }),
    http.post("*/v1/auth/logout", ({ request }) => {
      expect(request.headers.get("X-FinNami")).toBe("1");
      asked.push("logout");
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { result } = renderHook(() => useSessionState());
  await waitFor(() => expect(result.current).toBe("signed_out"));
  expect(asked).toEqual([]);

  act(() => setAccessToken({ value: "t", expiresAt: Date.now() + 60_000 }));
  await waitFor(() => expect(result.current).toBe("signed_in"));
  expect(JSON.stringify(window.localStorage)).not.toContain('"t"');

  await act(signOut);
  await waitFor(() => expect(result.current).toBe("signed_out"));
  expect(accessToken()).toBeNull();
  expect(asked).toEqual(["logout"]);
  expect(window.localStorage.getItem("finnami-signed-in")).toBeNull();
});
