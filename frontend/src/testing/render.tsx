// Renders a piece of the app as the gate would: language, theme, a query client of its own.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { ConfigProvider } from "antd";
import { NextIntlClientProvider } from "next-intl";
import type { ReactElement } from "react";

import messages from "@messages/en.json";

export function renderApp(element: ReactElement) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <NextIntlClientProvider locale="en" messages={messages} timeZone="UTC">
      <ConfigProvider theme={{ token: { motion: false } }}>
        <QueryClientProvider client={client}>{element}</QueryClientProvider>
      </ConfigProvider>
    </NextIntlClientProvider>,
  );
}
