// Colours and measures of the product, light and dark: one source for antd, for charts and for the tests of contrast.
import { theme as antdTheme } from "antd";
import type { ThemeConfig } from "antd";

import { PALETTES } from "@/lib/palette";
import type { Scheme } from "@/lib/palette";

export function antdConfig(scheme: Scheme): ThemeConfig {
  const colour = PALETTES[scheme];
  return {
    algorithm: scheme === "dark" ? antdTheme.darkAlgorithm : antdTheme.defaultAlgorithm,
    token: {
      colorPrimary: colour.primary,
      colorLink: colour.link,
      // A link under the pointer is underlined: the lighter shades that antd derives cannot be read.
      colorLinkHover: colour.link,
      colorLinkActive: colour.link,
      linkHoverDecoration: "underline",
      colorBgBase: colour.surface,
      colorBgLayout: colour.page,
      colorBgContainer: colour.surface,
      colorBgElevated: colour.surface,
      colorText: colour.ink,
      colorTextSecondary: colour.inkSoft,
      colorTextDescription: colour.inkFaint,
      colorTextTertiary: colour.inkFaint,
      colorTextPlaceholder: colour.inkFaint,
      colorBorder: colour.border,
      colorError: colour.negative,
      colorErrorText: colour.negative,
      borderRadius: 10,
      controlHeight: 42,
      controlHeightLG: 48,
      fontSize: 16,
      fontFamily: "var(--font)",
      boxShadow: "0 1px 2px rgb(16 40 33 / 6%)",
    },
    components: {
      Button: { primaryColor: colour.onPrimary, fontWeight: 600, primaryShadow: "none", defaultShadow: "none" },
      Form: { labelColor: colour.ink, itemMarginBottom: 22, verticalLabelPadding: "0 0 6px" },
      Modal: { contentBg: colour.surface, headerBg: colour.surface },
    },
  };
}
