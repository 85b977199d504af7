import { screen } from "@testing-library/react";

import { ErrorState } from "@/components/error-state";
import { ApiError } from "@/lib/api/problem";
import { renderApp } from "@/testing/render";

jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ href, children }: { href: string; children: React.ReactNode }) => <a href={href}>{children}</a>,
}));
