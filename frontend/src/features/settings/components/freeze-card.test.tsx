import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import { FreezeBanner } from "@/components/freeze-banner";
import { FreezeCard } from "@/features/settings/components/freeze-card";
import { setAccessToken } from "@/lib/auth/token";
import { renderApp } from "@/testing/render";
import { answers, refuses, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ href, children }: { href: string; children: React.ReactNode }) => <a href={href}>{children}</a>,
  usePathname: () => "/app/settings/security",
}));

withServer();
afterEach(() => setAccessToken(null));

const open: Schemas["FreezeOut"] = { frozen_since: null };
const frozen: Schemas["FreezeOut"] = { frozen_since: "2026-11-24T12:00:00Z" };

test("money that may move is frozen only after the question is answered", async () => {
  let calls = 0;
  server.use(
    signedIn,
    answers("/v1/me/freeze", open),
    http.put("*/v1/me/freeze", () => {
      calls += 1;
      return HttpResponse.json(frozen);
    }),
  );
  const { container } = renderApp(<FreezeCard />);
  expect(await screen.findByText("Not frozen")).toBeInTheDocument();
  expect(await axe(container)).toHaveNoViolations();
  await userEvent.click(screen.getByRole("button", { name: "Freeze now" }));
  expect(await screen.findByText("Freeze all your money?")).toBeInTheDocument();
  expect(calls).toBe(0);
  await userEvent.click(screen.getByRole("button", { name: "Yes, freeze" }));
  expect(await screen.findByText(/^Frozen since Nov 24, 2026/)).toBeInTheDocument();
  expect(calls).toBe(1);
  expect(screen.queryByRole("button", { name: "Freeze now" })).not.toBeInTheDocument();
});

test("lifting asks for a code and repeats with its grant", async () => {
  const grants: (string | null)[] = [];
  server.use(
    signedIn,
    answers("/v1/me/freeze", frozen),
    http.delete("*/v1/me/freeze", ({ request }) => {
      grants.push(request.headers.get("X-Step-Up-Grant"));
      if (grants.at(-1) === "grant-1") return HttpResponse.json(open);
      return HttpResponse.json({ code: "step_up_required", detail: "", action: "unfreeze", params: {} }, { status: 403 });
    }),
    http.post("*/v1/me/step-up", async ({ request }) => {
      expect(await request.json()).toEqual({ action: "unfreeze", params: {}, code: "123456" });
      return HttpResponse.json({ grant: "grant-1", expires_in: 300 });
    }),
  );
  renderApp(
    <>
      <FreezeBanner signedIn />
      <FreezeCard />
    </>,
  );
  expect(await screen.findByText(/^Your money is frozen/)).toBeInTheDocument();
  await userEvent.click(await screen.findByRole("button", { name: "Lift the freeze" }));
  await userEvent.type(await screen.findByLabelText("Code from your app"), "123456");
  expect(grants).toHaveLength(1);
  expect(screen.getByText("Frozen")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Confirm" }));
  expect(await screen.findByText("Not frozen")).toBeInTheDocument();
  expect(screen.queryByText(/^Your money is frozen/)).not.toBeInTheDocument();
  expect(grants.at(-1)).toBe("grant-1");
  expect(grants).toHaveLength(2);
});

test("a wrong code leaves it frozen and says so", async () => {
  server.use(
    signedIn,
    answers("/v1/me/freeze", frozen),
    http.delete("*/v1/me/freeze", () =>
      HttpResponse.json({ code: "step_up_required", detail: "", action: "unfreeze", params: {} }, { status: 403 }),
    ),
    refuses("/v1/me/step-up", 403, "wrong_code"),
  );
  renderApp(<FreezeCard />);
  await userEvent.click(await screen.findByRole("button", { name: "Lift the freeze" }));
  await userEvent.type(await screen.findByLabelText("Code from your app"), "123456");
  await userEvent.click(screen.getByRole("button", { name: "Confirm" }));
  expect(await screen.findByText(/This code is not right/)).toBeInTheDocument();
  expect(screen.getByText("Frozen")).toBeInTheDocument();
});

test("a state that cannot be read offers to ask again, not to freeze", async () => {
  server.use(signedIn, refuses("/v1/me/freeze", 503, "unavailable"));
  renderApp(<FreezeCard />);
  expect(await screen.findByRole("button", { name: "Try again" })).toBeInTheDocument();
  expect(screen.queryByText("Not frozen")).not.toBeInTheDocument();
});

test("a freeze that fails says so and stays open", async () => {
  server.use(
    signedIn,
    answers("/v1/me/freeze", open),
    http.put("*/v1/me/freeze", () => HttpResponse.json({ code: "unavailable", detail: "" }, { status: 503 })),
  );
  renderApp(<FreezeCard />);
  await userEvent.click(await screen.findByRole("button", { name: "Freeze now" }));
  await userEvent.click(await screen.findByRole("button", { name: "Yes, freeze" }));
  expect(await screen.findByText("FinNami is busy. Nothing was changed.")).toBeInTheDocument();
  expect(screen.getByText("Not frozen")).toBeInTheDocument();
});
