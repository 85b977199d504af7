import { act, screen, waitFor, within } from "@testing-library/react";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";
import type { ComponentProps } from "react";

import { AppShell } from "@/components/app-shell";
import { rememberFrozen, rememberSignedIn, wasFrozen } from "@/lib/auth/hint";
import { askSessionAgain } from "@/lib/auth/session";
import { setAccessToken } from "@/lib/auth/token";
import { renderApp } from "@/testing/render";
import { answers, refuses, server, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

let path = "/app/dashboard";
jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ prefetch, ...props }: ComponentProps<"a"> & { prefetch?: boolean }) => <a data-prefetch={prefetch} {...props} />,
  usePathname: () => path,
  useRouter: () => ({ push: () => undefined }),
}));
jest.mock("next/navigation", () => ({ ...jest.requireActual("next/navigation"), usePathname: () => `/en${path}` }));

withServer();
beforeEach(() => {
  path = "/app/dashboard";
  setAccessToken({ value: "token-1", expiresAt: Date.now() + 600_000 });
});
afterEach(() => {
  setAccessToken(null);
  rememberFrozen(false);
});

const me: Schemas["Me"] = {
  id: "u1", email: "ada@example.org", name: "Ada", locale: "en", roles: [], totp_enabled: true, recovery_codes_left: 10,
  created_at: "2026-01-01T00:00:00Z",
};
const open: Schemas["FreezeOut"] = { frozen_since: null };
const frozen: Schemas["FreezeOut"] = { frozen_since: "2026-11-24T12:00:00Z" };
const around = [answers("/v1/me", me), answers("/v1/confirmations", [])];
const LIFT = "Lift the freeze in the security settings";

function shown() {
  return renderApp(
    <AppShell dock={null}>
      <h1>Page</h1>
    </AppShell>,
  );
}

test("while money is frozen every page says so and leads to where it is lifted", async () => {
  server.use(...around, answers("/v1/me/freeze", frozen));
  const { container } = shown();
  const link = await screen.findByRole("link", { name: LIFT });
  expect(link).toHaveAttribute("href", "/app/settings/security");
  const banner = screen.getAllByRole("status").find((one) => one.contains(link));
  expect(banner).toHaveTextContent("Your money is frozen: no payment, no order and no deposit goes through.");
  expect(within(screen.getByRole("banner")).queryByText(/is frozen/)).not.toBeInTheDocument();
  expect(await axe(container)).toHaveNoViolations();
});

test("on the page that lifts it the banner leads nowhere else", async () => {
  path = "/app/settings/security";
  server.use(...around, answers("/v1/me/freeze", frozen));
  shown();
  expect(await screen.findByText(/Your money is frozen/)).toBeInTheDocument();
  expect(screen.queryByRole("link", { name: LIFT })).not.toBeInTheDocument();
});

test("what this device last heard stands before the answer, and the answer corrects it", async () => {
  rememberFrozen(true);
  let tell = (): void => undefined;
  const told = new Promise<void>((done) => {
    tell = done;
  });
  server.use(
    ...around,
    http.get("*/v1/me/freeze", async () => {
      await told;
      return HttpResponse.json(open);
    }),
  );
  shown();
  expect(screen.getByText(/Your money is frozen/)).toBeInTheDocument();
  tell();
  await waitFor(() => expect(screen.queryByText(/is frozen/)).not.toBeInTheDocument());
  expect(wasFrozen()).toBe(false);
});

test("a device that has heard nothing says nothing before the answer", () => {
  server.use(...around, http.get("*/v1/me/freeze", () => new Promise<never>(() => undefined)));
  shown();
  expect(screen.getByRole("heading", { name: "Page" })).toBeInTheDocument();
  expect(screen.queryByText(/is frozen/)).not.toBeInTheDocument();
});

test("while the server is asked who is there the frame already stands as it will, and asks nothing else", async () => {
  setAccessToken(null);
  rememberSignedIn(true);
  rememberFrozen(true);
  const asked: string[] = [];
  server.events.on("request:start", ({ request }) => asked.push(new URL(request.url).pathname));
  server.use(http.post("*/v1/auth/refresh", () => new Promise<never>(() => undefined)));
  shown();
  act(askSessionAgain);
  expect(await screen.findByRole("navigation", { name: "Main" })).toBeInTheDocument();
  expect(screen.getByText(/Your money is frozen/)).toBeInTheDocument();
  expect(screen.queryByRole("link", { name: "Log in" })).not.toBeInTheDocument();
  await waitFor(() => expect(asked).toEqual(["/v1/auth/refresh"]));
  server.events.removeAllListeners();
});

test("a frozen state is remembered for the next page", async () => {
  server.use(...around, answers("/v1/me/freeze", frozen));
  shown();
  expect(await screen.findByText(/Your money is frozen/)).toBeInTheDocument();
  expect(wasFrozen()).toBe(true);
});

test("a state that cannot be read has no banner, whatever was heard before", async () => {
  rememberFrozen(true);
  server.use(...around, refuses("/v1/me/freeze", 500, "internal"));
  shown();
  await waitFor(() => expect(screen.queryByText(/is frozen/)).not.toBeInTheDocument());
});

test("whoever signs out no longer sees it", async () => {
  server.use(...around, answers("/v1/me/freeze", frozen));
  shown();
  expect(await screen.findByText(/Your money is frozen/)).toBeInTheDocument();
  act(() => setAccessToken(null));
  expect(await screen.findByRole("link", { name: "Log in" })).toBeInTheDocument();
  expect(screen.queryByText(/is frozen/)).not.toBeInTheDocument();
});

test("a device forgets what it heard with whoever signs out", () => {
  rememberFrozen(true);
  rememberSignedIn(false);
  expect(wasFrozen()).toBe(false);
});
