import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import { GoalPage } from "@/features/goals/components/goal-page";
import { Goals } from "@/features/goals/components/goals";
import { setAccessToken } from "@/lib/auth/token";
import { goal, projection, usd } from "@/testing/goals";
import { renderApp } from "@/testing/render";
import { answers, refuses, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

const replace = jest.fn();
let search = "";
jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ prefetch, ...rest }: { href: string; prefetch?: boolean }) => <a data-prefetch={String(prefetch)} {...rest} />,
  useRouter: () => ({ replace }),
}));
jest.mock("next/navigation", () => ({ useSearchParams: () => new URLSearchParams(search) }));

withServer();
beforeEach(() => {
  replace.mockClear();
  search = "";
});
afterEach(() => setAccessToken(null));

const ONE = `/v1/goals/${goal.goal_id}`;
const saved = answers(`${ONE}/projection`, { ...projection, version: 1 });

/** Answers what-ifs and tells what was asked. */
function previews(answer: (asked: Schemas["GoalPreviewIn"]) => Schemas["ProjectionOut"] = () => projection) {
  const asked: Schemas["GoalPreviewIn"][] = [];
  const handler = http.post("*/v1/goals/preview", async ({ request }) => {
    const body = (await request.json()) as Schemas["GoalPreviewIn"];
    asked.push(body);
    return HttpResponse.json(answer(body));
  });
  return { asked, handler };
}

describe("the list", () => {
  test("without a goal it is a sentence and one action", async () => {
    server.use(signedIn, answers("/v1/goals", { goals: [] }));
    renderApp(<Goals />);
    expect(screen.getByText("Loading …")).toBeInTheDocument();
    expect(await screen.findByText(/^You have no goal yet/)).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Plan a goal" })).toHaveAttribute("href", "/app/goal");
  });

  test("each goal says its chance in words and counts; a past one says so and asks for no figures", async () => {
    const past = { ...goal, goal_id: "past0000000000000000", name: "Boat", state: "past" as const };
    server.use(signedIn, answers("/v1/goals", { goals: [goal, past] }), saved);
    const { container } = renderApp(<Goals />);
    expect(await screen.findByText("in 3 of 10 simulated futures")).toBeInTheDocument();
    expect(screen.getByText("Unlikely")).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "House" })).toHaveAttribute("href", `/app/goal?id=${goal.goal_id}`);
    expect(screen.getByText("Date has passed")).toBeInTheDocument();
    expect(await axe(container)).toHaveNoViolations();
  });

  test("a refusal keeps its request id and offers another try", async () => {
    server.use(signedIn, refuses("/v1/goals", 503, "unavailable"));
    renderApp(<Goals />);
    expect(await screen.findByRole("alert")).toHaveTextContent("req-1");
    expect(screen.getByRole("button", { name: "Try again" })).toBeInTheDocument();
  });
});

describe("a saved goal", () => {
  beforeEach(() => {
    search = `id=${goal.goal_id}`;
  });

  test("shows chance, bad cases in money, what is needed, and the assumptions beside them", async () => {
    server.use(signedIn, answers(ONE, goal), saved, previews().handler);
    const { container } = renderApp(<GoalPage />);
    expect(await screen.findByTestId("chance")).toHaveTextContent("In 3 of 10 simulated futures you have $60,000.00 or more.");
    expect(screen.getByTestId("goal-poor")).toHaveTextContent("$29,000.01");
    expect(screen.getByTestId("goal-worstYear")).toHaveTextContent("$1,200.50");
    expect(screen.getByTestId("needed")).toHaveTextContent("$371.20 a month");
    const assumed = screen.getByRole("region", { name: "What these figures rest on" });
    expect(assumed).toHaveTextContent("262 whole months of prices");
    expect(assumed).toHaveTextContent("the uncertainty is 2.1% a year");
    expect(assumed).toHaveTextContent("123456789");
    expect(screen.getAllByRole("row", { name: /of 10/ })).toHaveLength(2);
    expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("House");
    expect(await axe(container)).toHaveNoViolations();
  });

  test("the chart has a table twin of the same points and a month to look at", async () => {
    server.use(signedIn, answers(ONE, goal), saved, previews().handler);
    renderApp(<GoalPage />);
    const look = await screen.findByLabelText("Look at a month");
    fireEvent.change(look, { target: { value: "1" } });
    expect(screen.getByTestId("readout")).toHaveTextContent("half of the futures are above $24,000.00");
    expect(look).toHaveAttribute("aria-valuetext", screen.getByTestId("readout").textContent);
    await userEvent.click(screen.getByRole("button", { name: "As a table" }));
    const table = screen.getByRole("region", { name: /simulated futures from past months/ });
    expect(within(table).getAllByRole("row")).toHaveLength(1 + projection.points.length);
    expect(table).toHaveTextContent("$80,000.99");
  });

  test("a moved slider asks with the goal's seed, redraws, and stands beside the saved plan", async () => {
    const { asked, handler } = previews((body) => ({ ...projection, monthly: usd(body.monthly ?? "0"), frequency: { count: 4, of: 10 } }));
    server.use(signedIn, answers(ONE, goal), saved, handler);
    renderApp(<GoalPage />);
    fireEvent.change(await screen.findByLabelText("Put in each month, slider"), { target: { value: "12" } });
    expect(screen.getByLabelText("Put in each month")).toHaveValue("350");
    await waitFor(() => expect(asked.at(-1)).toMatchObject({ monthly: "350.00", goal_id: goal.goal_id }));
    const row = within(await screen.findByRole("region", { name: "Beside the saved plan" }));
    expect(await row.findByRole("row", { name: /Each month/ })).toHaveTextContent("$200.00$350.00");
    await userEvent.click(screen.getByRole("button", { name: "Back to the saved plan" }));
    expect(screen.queryByRole("region", { name: "Beside the saved plan" })).not.toBeInTheDocument();
  });

  test("saving sends the version that was seen, once, and says the new one", async () => {
    const sent: unknown[] = [];
    const put = http.put(`*${ONE}`, async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ ...goal, version: 2, monthly: usd("250") });
    });
    server.use(signedIn, answers(ONE, goal), saved, put, previews().handler, answers("/v1/goals", { goals: [] }));
    renderApp(<GoalPage />);
    expect(await screen.findByRole("button", { name: "Save the changes" })).toBeDisabled();
    fireEvent.change(screen.getByLabelText("Put in each month"), { target: { value: "250" } });
    await userEvent.dblClick(screen.getByRole("button", { name: "Save the changes" }));
    expect(await screen.findByText("Saved as version 2.")).toBeInTheDocument();
    expect(sent).toEqual([expect.objectContaining({ monthly: "250.00", version: 1, name: "House" })]);
  });

  test("a goal that was changed elsewhere is told, nothing typed is lost", async () => {
    const stale = http.put(`*${ONE}`, () => HttpResponse.json({ code: "goal_changed", title: "x", status: 409, detail: "x" }, { status: 409 }));
    server.use(signedIn, answers(ONE, goal), saved, stale, previews().handler);
    renderApp(<GoalPage />);
    fireEvent.change(await screen.findByLabelText("Put in each month"), { target: { value: "250" } });
    await userEvent.click(screen.getByRole("button", { name: "Save the changes" }));
    expect(await screen.findByText(/changed meanwhile/)).toBeInTheDocument();
    expect(screen.getByLabelText("Put in each month")).toHaveValue("250");
  });

  test("a goal out of reach says the nearest there is", async () => {
    const needed = { wanted: { count: 8, of: 10 }, reachable: false, monthly: usd("100000"), frequency: { count: 5, of: 10 } };
    server.use(signedIn, answers(ONE, goal), saved, previews(() => ({ ...projection, needed })).handler);
    renderApp(<GoalPage />);
    expect(await screen.findByTestId("needed")).toHaveTextContent(/^Out of reach: even \$100,000\.00 a month reach the target in 5 of 10/);
  });

  test("a past goal is no error: it says what to do and projects a later date", async () => {
    const { asked, handler } = previews();
    server.use(signedIn, answers(ONE, { ...goal, state: "past", due: "2020-01-01" }), handler);
    renderApp(<GoalPage />);
    expect(await screen.findByText(/The date of this goal has passed, so there is nothing to project/)).toBeInTheDocument();
    expect(screen.getByText("This date has passed. A goal lies in the future.")).toBeInTheDocument();
    expect(asked).toEqual([]);
    fireEvent.change(screen.getByLabelText("Years until then, slider"), { target: { value: "10" } });
    expect(await screen.findByTestId("chance")).toBeInTheDocument();
  });

  test("archiving asks first and leads back to the list", async () => {
    const gone = http.delete(`*${ONE}`, () => HttpResponse.json({ ...goal, state: "archived" }));
    server.use(signedIn, answers(ONE, goal), saved, gone, previews().handler, answers("/v1/goals", { goals: [] }));
    renderApp(<GoalPage />);
    await userEvent.click(await screen.findByRole("button", { name: "Archive" }));
    await userEvent.click(await screen.findByRole("button", { name: "Archive it" }));
    await waitFor(() => expect(replace).toHaveBeenCalledWith("/app/goals"));
  });
});

describe("a new goal", () => {
  test("has figures before it has a name, and is created under the key they were drawn from", async () => {
    const { asked, handler } = previews();
    const keys: (string | null)[] = [];
    const create = http.post("*/v1/goals", ({ request }) => {
      keys.push(request.headers.get("idempotency-key"));
      return HttpResponse.json(goal, { status: 201 });
    });
    server.use(signedIn, answers("/v1/portfolio", { currency: "USD" }), handler, create);
    renderApp(<GoalPage />);
    expect(await screen.findByTestId("chance")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Save the goal" })).toBeDisabled();
    await userEvent.type(screen.getByLabelText("What is it for?"), "House");
    await userEvent.dblClick(screen.getByRole("button", { name: "Save the goal" }));
    await waitFor(() => expect(replace).toHaveBeenCalledWith(`/app/goal?id=${goal.goal_id}`));
    expect(keys).toEqual([asked[0]?.key]);
    // Typing the name asked for nothing.
    expect(asked).toHaveLength(1);
  });

  test("a refused what-if is told with its reason beside the form", async () => {
    server.use(signedIn, answers("/v1/portfolio", { currency: "USD" }), refuses("/v1/goals/preview", 404, "risk_profile_missing"));
    renderApp(<GoalPage />);
    expect(await screen.findByText("Please answer the risk questionnaire first.")).toBeInTheDocument();
    expect(screen.getByLabelText("Target")).toBeInTheDocument();
  });
});
