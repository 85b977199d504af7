import { screen } from "@testing-library/react";
import { axe } from "jest-axe";

import { TaskList } from "@/features/onboarding/components/task-list";
import { setAccessToken } from "@/lib/auth/token";
import { renderApp } from "@/testing/render";
import { answers, refuses, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ href, children }: { href: string; children: React.ReactNode }) => <a href={href}>{children}</a>,
  useRouter: () => ({ push: () => undefined }),
}));

withServer();
afterEach(() => setAccessToken(null));

const found: Schemas["OnboardingOut"] = {
  steps: [
    { step: "second_factor", status: "done" },
    { step: "profile", status: "started" },
    { step: "kyc", status: "waiting" },
  ],
  next_step: "profile",
  personal: null,
  financial: null,
  answers: {},
  accepted_disclosures: null,
};

test("shows what is done and leads to the next step", async () => {
  server.use(signedIn, answers("/v1/onboarding", found));
  const { container } = renderApp(<TaskList />);
  expect(screen.getByText("Loading …")).toBeInTheDocument();
  expect(await screen.findByText("1 of 3 done")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Continue: About you" })).toHaveAttribute("href", "/app/profile");
  expect(await axe(container)).toHaveNoViolations();
});

test("with every step done it leads to the dashboard", async () => {
  const steps = found.steps.map(({ step }) => ({ step, status: "done" as const }));
  server.use(signedIn, answers("/v1/onboarding", { ...found, steps, next_step: null }));
  renderApp(<TaskList />);
  expect(await screen.findByRole("link", { name: "Go to the dashboard" })).toHaveAttribute("href", "/app/dashboard");
});

test("a refusal is said in words, with a way to try again and the request id", async () => {
  server.use(signedIn, refuses("/v1/onboarding", 503, "unavailable"));
  renderApp(<TaskList />);
  expect(await screen.findByRole("alert")).toHaveTextContent("FinNami is busy. Nothing was changed.");
  expect(screen.getByRole("button", { name: "Try again" })).toBeInTheDocument();
  expect(screen.getByText("req-1")).toBeInTheDocument();
});
