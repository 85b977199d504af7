import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

// "standalone" builds the same source as a Node server; the product ships the export only.
const output = process.env.FINNAMI_NEXT_OUTPUT === "standalone" ? "standalone" : "export";

const config: NextConfig = {
  output,
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  experimental: { globalNotFound: true },
  // The API runs as its own process while developing; the export is served by it, same origin.
  ...(process.env.NODE_ENV === "development" && {
    output: undefined,
    rewrites: async () => [
      { source: "/v1/:path*", destination: `${process.env.FINNAMI_API_URL ?? "http://127.0.0.1:8000"}/v1/:path*` },
    ],
  }),
};

export default createNextIntlPlugin("./src/lib/i18n/request.ts")(config);
