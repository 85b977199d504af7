import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import { RiskFlow } from "@/features/onboarding/components/risk-flow";
import { setAccessToken } from "@/lib/auth/token";
import { renderApp } from "@/testing/render";
import { answers, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ href, children }: { href: string; children: React.ReactNode }) => <a href={href}>{children}</a>,
  useRouter: () => ({ push: () => undefined }),
}));

withServer();
afterEach(() => setAccessToken(null));

const overview: Schemas["OnboardingOut"] = {
  steps: [{ step: "risk_profile", status: "started" }],
  next_step: "risk_profile", personal: null, financial: null, answers: { "1": "b" }, accepted_disclosures: null,
};
const questionnaire: Schemas["QuestionnaireOut"] = {
  language: "en", source: "made up",
  items: [1, 2].map((item) => ({
    item, question: `Question ${item}?`, why: "Because.",
    options: [{ option: "a", text: `careful ${item}` }, { option: "b", text: `bold ${item}` }],
  })),
};
const open: Schemas["FactQuestionOut"] = {
  topic: "fees", question: "What do fees do?", why: "They are certain.",
  options: [{ option: "a", text: "Cost" }, { option: "b", text: "Nothing" }],
  answer: null, grade: "open", explanation: null,
};
const wrong: Schemas["FactQuestionOut"] = {
  ...open, answer: "b", grade: "wrong", explanation: { sha256: "0".repeat(64), paragraphs: ["Fees add up."] },
};
const facts = (item: Schemas["FactQuestionOut"]): Schemas["FactQuestionsOut"] => ({
  items: [item], open: item.grade === "open" ? 1 : 0, unexplained: item.grade === "wrong" ? 1 : 0,
});
const followUp: Schemas["FollowUpOut"] = {
  code: "no_loss_but_high_risk", question: "Which one fits you?", why: "Both cannot be.",
  careful: "The careful one", bold: "Both", is_binding: true, reply: null, values: {},
};
const profile: Schemas["RiskProfileOut"] = {
  version: 1, score: 30, band: "above_average", tolerance: 5, stated_tolerance: 7, capacity: 3, final: 3,
  items: [{ item: 1, option: "b", points: 3, fewest: 1, most: 4, effect: 1 }],
  limits: [{ rule: "reserve", value: 1.5, cap: 3, effect: -7 }],
  reasons: [{ code: "capacity_reserve", sentence: "", values: { value: "1.5", cap: "3" } }],
  do_not_invest: null,
  waits: [{ code: "follow_up_open", sentence: "", values: { codes: "x", count: "1" } }],
  state: "current", outdated: null, knowledge: { grades: [], blocked: [] },
  follow_ups: [{ code: "no_loss_but_high_risk", reply: null }], challenge: null,
  cooling: { tolerance: 9, final: 3, until: "2026-12-03T00:00:00Z", because: "soon" },
  rules_version: "risk-rules/2", made_at: "2026-11-26T00:00:00Z", expires_at: "2027-11-26T00:00:00Z",
};
const change: Schemas["WhatWouldChangeOut"] = {
  profile: 3, changed_profile: 5, first: [],
  changes: [{ field: "liquid_reserve", before: "2000.00", after: "4500.00", sentence: "", sets: {} }],
};

function serve(more: Partial<Schemas["OnboardingOut"]> = {}) {
  server.use(
    signedIn,
    answers("/v1/onboarding", { ...overview, ...more }),
    answers("/v1/risk-profile/questionnaire", questionnaire),
    answers("/v1/risk-profile/knowledge", facts(open)),
    answers("/v1/risk-profile/follow-ups", [followUp]),
    answers("/v1/risk-profile/what-would-change", change),
    answers("/v1/risk-profile", profile),
    http.put("*/v1/risk-profile/answers", () => HttpResponse.json({ answers: {}, answered: 2, total: 2 })),
    http.put("*/v1/risk-profile/knowledge", () => HttpResponse.json(facts(wrong))),
    http.put("*/v1/risk-profile/explanations", () => HttpResponse.json(facts({ ...wrong, grade: "explained" }))),
    http.put("*/v1/risk-profile/follow-ups", () => HttpResponse.json([{ ...followUp, reply: "careful" }])),
    http.post("*/v1/risk-profile", () => HttpResponse.json(profile, { status: 201 })),
  );
}

const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

test("questions, a fact with its explanation, the check, the follow-up, and the result", async () => {
  serve();
  const { container } = renderApp(<RiskFlow />);
  await userEvent.click(await screen.findByLabelText("bold 2"));
  await press("Back");
  expect(screen.getByLabelText("bold 1")).toBeChecked();
  await press("Continue");
  await userEvent.click(await screen.findByLabelText("bold 2"));
  await press("Continue");

  await userEvent.click(await screen.findByLabelText("Nothing"));
  await press("Continue");
  expect(await screen.findByText("Fees add up.")).toBeInTheDocument();
  await press("I have read this");

  expect(await screen.findByRole("heading", { name: "Check your answers" })).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Change answer 2" })).toBeInTheDocument();
  await press("See my profile");

  await userEvent.click(await screen.findByLabelText("The careful one"));
  await press("Continue");
  expect(await screen.findByRole("heading", { level: 1, name: "Your risk profile is 3 of 10" })).toBeInTheDocument();
  expect(await axe(container)).toHaveNoViolations();
}, 30_000);

test("an existing profile is shown with what holds advice back, what would change it and every effect", async () => {
  serve({ steps: [{ step: "risk_profile", status: "done" }] });
  renderApp(<RiskFlow />);
  expect(await screen.findByText("No advice yet")).toBeInTheDocument();
  expect(screen.getByText(/Your higher risk, 3 of 10, counts from/)).toBeInTheDocument();
  expect(
    await screen.findByText("Bring the money you can reach at once from 2000.00 to 4500.00 USD."),
  ).toBeInTheDocument();
  expect(screen.getByText("3 of 4")).toBeInTheDocument();
  expect(screen.getByText("-7")).toBeInTheDocument();
  await press("Check my answers again");
  expect(await screen.findByRole("heading", { name: /What you know about investing|How you feel about risk/ })).toBeInTheDocument();
}, 30_000);
