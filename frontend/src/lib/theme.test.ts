import { theme } from "antd";

import { contrast, PALETTES } from "@/lib/palette";
import type { Scheme } from "@/lib/palette";
import { antdConfig } from "@/lib/theme";

describe.each<Scheme>(["light", "dark"])("%s theme", (scheme) => {
  const token = theme.getDesignToken(antdConfig(scheme));

  test.each(["colorLink", "colorLinkHover", "colorLinkActive"] as const)("%s is readable", (name) => {
    for (const back of [PALETTES[scheme].surface, PALETTES[scheme].page]) {
      expect(contrast(token[name], back)).toBeGreaterThanOrEqual(4.5);
    }
  });
});
