import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import { Imports } from "@/features/imports/components/imports";
import { setAccessToken } from "@/lib/auth/token";
import { renderApp } from "@/testing/render";
import { answers, refuses, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ prefetch, ...rest }: { href: string; prefetch?: boolean }) => <a data-prefetch={String(prefetch)} {...rest} />,
}));

withServer();
afterEach(() => setAccessToken(null));

const transaction: Schemas["ImportedOut"] = {
  type: "buy", date: "2026-01-05", time: null, symbol: "VTI", isin: null, name: null, quantity: "1.5", ratio: null, price: "10.00",
  price_unit: "money", price_currency: null, amount: { amount: "-15.00", amount_minor: -1500, currency: "USD" }, fee: null, tax: null,
  currency: "USD", reference: null, note: null,
};
const good: Schemas["ImportRowOut"] = { line: 2, outcome: "new", cells: ["2026-01-05", "buy"], transaction, errors: [] };
const bad: Schemas["ImportRowOut"] = {
  line: 3, outcome: "refused", cells: ["2026-01-06", "magic"], transaction: null,
  errors: [{ column: "type", code: "type_unknown", message: "'magic' is not a kind of transaction we know" }],
};
const preview: Schemas["ImportPreviewOut"] = {
  counts: { rows: 2, new: 1, duplicate: 0, refused: 1 }, kind: "csv", encoding: "utf-8", delimiter: ",", header_line: 1, lines_above: [],
  columns: ["date", "type", "amount"], mapping: { date: "date", type: "type", amount: "amount" }, decimal_mark: "point", date_order: null,
  questions: ["currency", "types"], unknown_types: ["magic"], rows: [good, bad], refused: [bad], file_sha256: "0".repeat(64),
};
const made: Schemas["ImportOut"] = {
  import_id: "0".repeat(20), account: "My other broker", file_name: "old.csv", file_sha256: "0".repeat(64), counts: preview.counts,
  columns: preview.columns, created_at: "2026-11-26T10:00:00Z", undone_at: null,
};
const nothing = answers("/v1/imports/elsewhere", { holdings: [], cash: [], first: null, last: null });
const none = answers("/v1/imports", { imports: [] });

/** Answers previews and imports, and tells what was asked. */
function importing(found = preview) {
  const asked: { path: string; key: string | null; body: Schemas["ImportIn"] }[] = [];
  const note = async (request: Request) => {
    const path = new URL(request.url).pathname;
    asked.push({ path, key: request.headers.get("idempotency-key"), body: (await request.json()) as Schemas["ImportIn"] });
  };
  server.use(
    http.post("*/v1/imports/preview", async ({ request }) => {
      await note(request);
      return HttpResponse.json(found);
    }),
    http.post("*/v1/imports", async ({ request }) => {
      await note(request);
      return HttpResponse.json(made, { status: 201 });
    }),
  );
  return asked;
}

async function choose(text = "date,type\n") {
  await userEvent.upload(await screen.findByLabelText("File of transactions"), new File([text], "old.csv", { type: "text/csv" }));
}

test("without an import it is a sentence and one action", async () => {
  server.use(signedIn, nothing, none);
  const { container } = renderApp(<Imports />);
  expect(await screen.findByText("Nothing was imported yet.")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Choose a file" })).toHaveAttribute("href", "#file");
  expect(await screen.findByText("No file was imported yet.")).toBeInTheDocument();
  expect(await axe(container)).toHaveNoViolations();
});

test("a file is looked at row by row, its questions are answered, and its new rows are kept once", async () => {
  server.use(signedIn, nothing, none);
  const asked = importing();
  const { container } = renderApp(<Imports />);
  await choose();
  expect(await screen.findByTestId("import-counts")).toHaveTextContent("2 rows: 1 new, 0 already here, 1 refused.");
  const refused = screen.getByRole("region", { name: "Refused rows by line" });
  expect(within(refused).getByText("This word is not a known kind of transaction.")).toBeInTheDocument();
  expect(within(refused).getByText("2026-01-06 · magic")).toBeInTheDocument();
  expect(within(screen.getByRole("region", { name: "First rows of the file" })).getByText("-$15.00")).toBeInTheDocument();
  expect(await axe(container)).toHaveNoViolations();
  await userEvent.type(screen.getByLabelText("Currency of rows without one"), "eur");
  await waitFor(() => expect(asked.at(-1)?.body.currency).toBe("EUR"));
  const button = screen.getByRole("button", { name: "Import 1 row" });
  await waitFor(() => expect(button).toBeEnabled());
  await userEvent.dblClick(button);
  expect(await screen.findByText("1 row was imported into My other broker.")).toBeInTheDocument();
  const kept = asked.filter((one) => one.path === "/v1/imports");
  expect(kept).toHaveLength(1);
  expect(kept[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
  expect(kept[0]?.body).toMatchObject({ account: "My other broker", currency: "EUR", content: btoa("date,type\n") });
});

test("a file without new rows has no button, and a refused file says why", async () => {
  server.use(signedIn, nothing, none);
  importing({ ...preview, counts: { rows: 2, new: 0, duplicate: 2, refused: 0 }, refused: [], questions: [], unknown_types: [] });
  renderApp(<Imports />);
  await choose();
  expect(await screen.findByText("Nothing to import: every row is already here or refused.")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: /^Import/ })).toBeNull();
  server.use(refuses("/v1/imports/preview", 422, "import_unreadable"));
  await choose("nonsense");
  expect(await screen.findByText("This file cannot be read as a table of transactions. Export it as CSV or JSON.")).toBeInTheDocument();
});

test("an import is undone after a question", async () => {
  const undone = { ...made, undone_at: "2026-11-26T11:00:00Z" };
  let now = made;
  server.use(
    signedIn,
    nothing,
    http.get("*/v1/imports", () => HttpResponse.json({ imports: [now] })),
    http.post("*/v1/imports/:id/undo", () => {
      now = undone;
      return HttpResponse.json(undone);
    }),
  );
  renderApp(<Imports />);
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  await userEvent.click(await screen.findByRole("button", { name: "Undo it" }));
  expect(await screen.findByText("Undone")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
});
