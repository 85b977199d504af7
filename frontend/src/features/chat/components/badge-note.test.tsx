import { screen } from "@testing-library/react";

import { BadgeNote } from "@/features/chat/components/badge-note";
import { renderApp } from "@/testing/render";

test.each([
  [null, "FinNami’s own rules answered. No message left this installation."],
  ["budget", /today’s budget for the outside model is used up/],
  ["no_vectors", /The language vectors are not installed here/],
  ["else", "FinNami’s own rules answered. No message left this installation."],
])("an answer made here says why it may be less: %s", (reason, text) => {
  renderApp(<BadgeNote badge="embedded" model="templates" reason={reason} />);
  expect(screen.getByText(text)).toBeInTheDocument();
});

test("an answer from outside names its model, whatever the reason", () => {
  renderApp(<BadgeNote badge="remote" model="gpt-x" reason="no_vectors" />);
  expect(screen.getByText(/The model gpt-x of an outside provider/)).toBeInTheDocument();
});
