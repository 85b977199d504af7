import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import type { Evidence, Proposal } from "@/features/chat/answer";
import { ConfirmCard } from "@/features/chat/components/confirm-card";
import type { Action } from "@/features/chat/queries";
import { setAccessToken } from "@/lib/auth/token";
import { renderApp } from "@/testing/render";
import { answers, server, signedIn, withServer } from "@/testing/server";

jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ href, children }: { href: string; children: React.ReactNode }) => <a href={href}>{children}</a>,
}));

withServer();
afterEach(() => setAccessToken(null));

const ID = "a".repeat(20);
const PATH = `/v1/actions/${ID}`;
const GRANT = "grant-1";
const LATER = new Date(Date.now() + 9 * 60_000).toISOString();

function figure(id: string, value: string, more: Partial<Evidence> = {}): Evidence {
  return {
    id, kind: "money", value, metric: "amount", source: "ledger", currency: "USD", signed: false, entity: null, as_of: null, ref: null, inputs: [],
    ...more,
  };
}

const proposal: Proposal = {
  action: ID, kind: "buy", parameters: { amount: "1234.50", currency: "USD", symbol: "ACWI" },
  preview: { amount: "v1", fee: "v2", price: "v3", quantity: "v4", cash_after: "v5" },
  evidence: [
    figure("v1", "1234.50"), figure("v2", "0.99", { metric: "fee" }), figure("v3", "101.2500", { metric: "price" }),
    figure("v4", "12.19", { kind: "quantity", currency: null }), figure("v5", "-3.07"),
  ],
  suitability: { ok: true, reasons: ["verified"] }, expires_at: LATER, step_up: true,
};
const draft: Action = {
  action_id: ID, kind: "buy", state: "proposed", parameters: proposal.parameters, preview: proposal.preview,
  evidence: proposal.evidence as unknown as Action["evidence"], suitability: { ok: true, reasons: ["verified"] },
  created_at: "2026-11-27T00:00:00Z", expires_at: LATER, step_up: true, result: null, conversation_id: "c", turn_id: "t", version: 1,
};
const done: Action = { ...draft, state: "executed", result: { order_id: "o1", state: "working" } };

const problem = (status: number, code: string, more: object = {}) =>
  HttpResponse.json({ type: "about:blank", title: code, status, code, detail: code, request_id: "r", ...more }, { status });
const demand = () => problem(403, "step_up_required", { action: "chat_action", params: { action_id: ID, params_hash: "h1" } });

type Sent = { key: string | null; grant: string | null };
let codes: string[] = [];
beforeEach(() => {
  codes = [];
});

/** An API where the draft stands as `stands` tells; each confirmation is answered by `reply`. */
function serves({ stands = () => draft, reply }: { stands?: () => Action; reply?: (sent: Sent) => Response | Promise<Response> }): Sent[] {
  const sent: Sent[] = [];
  server.use(
    signedIn,
    http.get(`*${PATH}`, () => HttpResponse.json(stands())),
    http.post(`*${PATH}/confirm`, async ({ request }) => {
      const one = { key: request.headers.get("Idempotency-Key"), grant: request.headers.get("X-Step-Up-Grant") };
      sent.push(one);
      return (await reply?.(one)) ?? demand();
    }),
    http.post("*/v1/me/step-up", async ({ request }) => {
      const { code } = (await request.json()) as { code: string };
      codes.push(code);
      return code === "123456" ? HttpResponse.json({ grant: GRANT, expires_in: 300 }) : problem(403, "wrong_code");
    }),
  );
  return sent;
}

const shown = () => renderApp(<ConfirmCard proposal={proposal} onOpen={() => undefined} />);
const confirm = () => screen.findByRole("button", { name: "Confirm with a code" });

async function giveCode(code: string): Promise<HTMLElement> {
  const dialog = await screen.findByRole("dialog", { name: "Confirm with a fresh code" });
  await userEvent.type(within(dialog).getByLabelText("Code from your app"), code);
  await userEvent.click(within(dialog).getByRole("button", { name: "Confirm" }));
  return dialog;
}

function term(name: string): string | null {
  return screen.getByText(name, { selector: "dt" }).nextElementSibling?.textContent ?? null;
}

test("amounts and fees are shown as the API gives them, and each opens what it rests on", async () => {
  serves({});
  const opened: string[] = [];
  const { container } = renderApp(<ConfirmCard proposal={proposal} onOpen={(one) => opened.push(one.citation.evidence)} />);
  await confirm();
  expect([term("Amount"), term("Fee"), term("Price"), term("Quantity"), term("Cash after")]).toEqual([
    "$1,234.50", "$0.99", "$101.25", "12.19", "-$3.07",
  ]);
  expect(screen.queryByText("Symbol")).not.toBeInTheDocument();
  expect(screen.getByText("Your identity is confirmed.")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "$0.99" }));
  expect(opened).toEqual(["v2"]);
  expect(await axe(container)).toHaveNoViolations();
});

test("what the API says now counts, not what was said in the conversation", async () => {
  const dearer = draft.evidence.map((one) => (one.id === "v2" ? { ...one, value: "7.00" } : one));
  serves({ stands: () => ({ ...draft, evidence: dearer }) });
  shown();
  await waitFor(() => expect(term("Fee")).toBe("$7.00"));
});

test("nothing is carried out without a code; with one it is, under the same key", async () => {
  let state: Action = draft;
  const sent = serves({
    stands: () => state,
    reply: ({ grant }) => {
      if (grant !== GRANT) return demand();
      state = done;
      return HttpResponse.json(done);
    },
  });
  shown();
  await userEvent.click(await confirm());
  const dialog = await screen.findByRole("dialog", { name: "Confirm with a fresh code" });
  expect(screen.getByTestId("action-proposed")).toBeInTheDocument();
  await userEvent.type(within(dialog).getByLabelText("Code from your app"), "12345");
  await userEvent.click(within(dialog).getByRole("button", { name: "Confirm" }));
  expect(await within(dialog).findByText("A code has six digits.")).toBeInTheDocument();
  expect(sent.map((one) => one.grant)).toEqual([null]);
  await giveCode("6");
  expect(await screen.findByTestId("action-executed")).toHaveTextContent("carried out once");
  expect(sent.map((one) => one.grant)).toEqual([null, GRANT]);
  expect(sent[1]?.key).toBe(sent[0]?.key);
  expect(screen.getByRole("link", { name: "See where it stands now" })).toHaveAttribute("href", "/app/orders");
  expect(screen.queryByRole("button", { name: "Confirm with a code" })).not.toBeInTheDocument();
});

test("a second click sends nothing, neither on the card nor in the dialog", async () => {
  let answer = (): void => undefined;
  const answered = new Promise<void>((tell) => {
    answer = tell;
  });
  const sent = serves({
    reply: async ({ grant }) => {
      if (grant === null) return demand();
      await answered;
      return HttpResponse.json(done);
    },
  });
  shown();
  await userEvent.dblClick(await confirm());
  const dialog = await screen.findByRole("dialog", { name: "Confirm with a fresh code" });
  expect(sent).toHaveLength(1);
  await userEvent.type(within(dialog).getByLabelText("Code from your app"), "123456");
  await userEvent.dblClick(within(dialog).getByRole("button", { name: "Confirm" }));
  await waitFor(() => expect(sent).toHaveLength(2));
  expect(codes).toEqual(["123456"]);
  const button = screen.getByRole("button", { name: /Confirm with a code/, hidden: true });
  await userEvent.click(button);
  await userEvent.click(button);
  expect(screen.getByRole("button", { name: "Cancel this", hidden: true })).toBeDisabled();
  answer();
  expect(await screen.findByTestId("action-executed")).toBeInTheDocument();
  expect(sent).toHaveLength(2);
});

test("a draft whose time is over cannot be confirmed, whatever was last heard of it", async () => {
  const sent = serves({ stands: () => ({ ...draft, expires_at: "2026-11-27T00:10:00Z" }) });
  shown();
  expect(await screen.findByTestId("action-expired")).toHaveTextContent("The ten minutes are over. Nothing was done");
  expect(screen.queryByRole("button", { name: "Confirm with a code" })).not.toBeInTheDocument();
  expect(screen.queryByRole("timer")).not.toBeInTheDocument();
  expect(sent).toEqual([]);
});

test.each<[Partial<Action>, string]>([
  [{ state: "executed", result: { state: "posted" } }, "You confirmed this, and it was carried out once."],
  [{ state: "executed", result: { state: "held" } }, "A check holds it for now"],
  [{ state: "cancelled" }, "You cancelled this. Nothing was done."],
  [{ state: "confirmed" }, "It is being carried out."],
])("one that has ended is not offered again: %j", async (how, words) => {
  server.use(signedIn, answers(PATH, { ...draft, ...how }));
  shown();
  expect(await screen.findByText(new RegExp(words.replaceAll(".", "\\.")))).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: /Confirm|Cancel/ })).not.toBeInTheDocument();
});

test("one that another tab has carried out meanwhile is shown as carried out", async () => {
  let state: Action = draft;
  const sent = serves({ stands: () => state, reply: ({ grant }) => (grant === null ? demand() : problem(409, "action_closed")) });
  shown();
  await userEvent.click(await confirm());
  state = done;
  await giveCode("123456");
  expect(await screen.findByTestId("action-executed")).toBeInTheDocument();
  expect(sent).toHaveLength(2);
});

test("a wrong code says so and keeps what was typed", async () => {
  const sent = serves({});
  shown();
  await userEvent.click(await confirm());
  const dialog = await giveCode("654321");
  expect(await within(dialog).findByText(/This code is not right/)).toBeInTheDocument();
  expect(within(dialog).getByLabelText("Code from your app")).toHaveValue("654321");
  expect(sent.map((one) => one.grant)).toEqual([null]);
});

test("a confirmation that fails says so, keeps the draft, and is repeated under the same key", async () => {
  const sent = serves({ reply: ({ grant }) => (grant === null ? demand() : problem(503, "unavailable")) });
  shown();
  await userEvent.click(await confirm());
  await giveCode("123456");
  expect(await screen.findByText("FinNami is busy. Nothing was changed.")).toBeInTheDocument();
  expect(term("Amount")).toBe("$1,234.50");
  await userEvent.click(await confirm());
  await waitFor(() => expect(sent).toHaveLength(3));
  expect(new Set(sent.map((one) => one.key)).size).toBe(1);
});

test("a preview that has changed is shown before anything can be confirmed", async () => {
  const dearer: Action = {
    ...draft, version: 2, evidence: draft.evidence.map((one) => (one.id === "v1" ? { ...one, value: "1300.00" } : one)),
  };
  const sent = serves({ reply: ({ grant }) => (grant === null ? demand() : problem(409, "action_changed", { action: dearer })) });
  shown();
  await userEvent.click(await confirm());
  await giveCode("123456");
  expect(await screen.findByText(/What would happen has changed since you looked/)).toBeInTheDocument();
  expect(term("Amount")).toBe("$1,300.00");
  expect(screen.getByTestId("action-proposed")).toBeInTheDocument();
  expect(sent).toHaveLength(2);
});
