// Every colour the product uses. src/app/globals.css repeats them as custom properties; a test holds both equal.
export type Scheme = "light" | "dark";

export type Palette = {
  page: string;
  surface: string;
  sunken: string;
  ink: string;
  inkSoft: string;
  inkFaint: string;
  border: string;
  line: string;
  primary: string;
  primarySoft: string;
  onPrimary: string;
  link: string;
  positive: string;
  negative: string;
  negativeSoft: string;
  warning: string;
  warningSoft: string;
};

export const PALETTES: Record<Scheme, Palette> = {
  light: {
    page: "#f6f7f4",
    surface: "#ffffff",
    sunken: "#eef1ec",
    ink: "#10241f",
    inkSoft: "#3f524c",
    inkFaint: "#56645f",
    border: "#858f8a",
    line: "#dfe4de",
    primary: "#0b5d4e",
    primarySoft: "#e3f0eb",
    onPrimary: "#ffffff",
    link: "#0958d9",
    positive: "#17663a",
    negative: "#b3261e",
    negativeSoft: "#fbeae8",
    warning: "#7a4d00",
    warningSoft: "#fdf3dc",
  },
  dark: {
    page: "#0c1513",
    surface: "#14201d",
    sunken: "#1b2a26",
    ink: "#eaf1ee",
    inkSoft: "#c3cfca",
    inkFaint: "#a6b2ad",
    border: "#748781",
    line: "#2a3a35",
    primary: "#3fbf9f",
    primarySoft: "#17352e",
    onPrimary: "#06231c",
    link: "#69b1ff",
    positive: "#6fd49a",
    negative: "#ff9087",
    negativeSoft: "#3a1d1b",
    warning: "#f0c36a",
    warningSoft: "#352a12",
  },
};

/** Series colours, each at least 3:1 on the surface; a series is also named by a direct label. */
export const SERIES: Record<Scheme, readonly string[]> = {
  light: ["#0072b2", "#d55e00", "#00856a", "#b2558a", "#595959", "#6b4fb3"],
  dark: ["#56b4e9", "#e69f00", "#2fbf95", "#d98ab8", "#b3b3b3", "#a99be8"],
};

function channel(value: number): number {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => channel(parseInt(hex.slice(at, at + 2), 16))) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours as WCAG 2.2 defines it, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}
