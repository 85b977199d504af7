import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import { Recover } from "@/features/auth/components/recover";
import { rememberEmail } from "@/lib/pending-email";
import { renderApp } from "@/testing/render";
import { answers, refuses, server, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ href, children }: { href: string; children: React.ReactNode }) => <a href={href}>{children}</a>,
}));

withServer();
afterEach(() => {
  rememberEmail("");
  window.history.replaceState(null, "", "/");
});

const letter: Schemas["Message"] = {
  id: "m1", to: "ada@example.org", subject: "A new password", text: "", kind: "reset_password",
  action_code: "secret-1", sent_at: "2026-11-24T12:00:00Z",
};
const other: Schemas["Message"] = { ...letter, id: "m2", kind: "verify_email", action_code: "secret-2" };
const forgot = http.post("*/v1/auth/password/forgot", () => HttpResponse.json({ status: "check_mail" }, { status: 202 }));

async function ask(): Promise<void> {
  await userEvent.type(screen.getByLabelText("E-mail"), "ada@example.org");
  await userEvent.click(screen.getByRole("button", { name: "Send the letter" }));
}

test("a letter, its code from the sandbox mailbox, a new password", async () => {
  const bodies: unknown[] = [];
  server.use(
    forgot,
    answers("/v1/sandbox/mailbox", { messages: [other, letter] }),
    http.post("*/v1/auth/password/reset", async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json({ status: "done" });
    }),
  );
  const { container } = renderApp(<Recover />);
  await ask();
  await userEvent.click(await screen.findByRole("button", { name: "Open sandbox mailbox" }));
  expect(await axe(container)).toHaveNoViolations();
  await userEvent.click(await screen.findByRole("button", { name: "Use this code" }));
  await userEvent.type(await screen.findByLabelText("New password"), "too short");
  await userEvent.click(screen.getByRole("button", { name: "Save the new password" }));
  expect(await screen.findByText("Please use at least 15 characters.")).toBeInTheDocument();
  expect(bodies).toEqual([]);
  await userEvent.type(screen.getByLabelText("New password"), " but not any more");
  await userEvent.click(screen.getByRole("button", { name: "Save the new password" }));
  expect(await screen.findByRole("link", { name: "Log in" })).toHaveAttribute("href", "/app/login");
  expect(bodies).toEqual([{ token: "secret-1", password: "too short but not any more" }]);
});

test("a mailbox without the letter says so", async () => {
  server.use(forgot, answers("/v1/sandbox/mailbox", { messages: [other] }));
  renderApp(<Recover />);
  await ask();
  await userEvent.click(await screen.findByRole("button", { name: "Open sandbox mailbox" }));
  expect(await screen.findByText("No letter with a code yet.")).toBeInTheDocument();
});

test("the link's secret leaves the address; a used one leads to another letter", async () => {
  window.history.replaceState(null, "", "/en/app/recover?token=used");
  server.use(refuses("/v1/auth/password/reset", 400, "link_invalid"));
  renderApp(<Recover />);
  await userEvent.type(await screen.findByLabelText("New password"), "tidal lantern cobble seven");
  expect(window.location.search).toBe("");
  await userEvent.click(screen.getByRole("button", { name: "Save the new password" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("expired or was already used");
  await userEvent.click(screen.getByRole("button", { name: "Ask for another letter" }));
  expect(await screen.findByRole("button", { name: "Send the letter" })).toBeInTheDocument();
});
