import nextVitals from "eslint-config-next/core-web-vitals";
import nextTypescript from "eslint-config-next/typescript";

const zones = [
  { target: "./src/lib", from: ["./src/components", "./src/features", "./src/app"] },
  { target: "./src/components", from: ["./src/features", "./src/app"] },
  { target: "./src/features", from: "./src/app" },
];
const features = [
  "auth", "onboarding", "portfolio", "advice", "goals", "rebalance", "transfers", "settings", "fraud", "models", "site", "chat",
];
for (const feature of features) {
  zones.push({
    target: `./src/features/${feature}`,
    from: "./src/features",
    except: [`./${feature}`],
    message: "Features never import each other; move the shared piece to src/components or src/lib.",
  });
}

const config = [
  { ignores: [".next/**", "out/**", "next-env.d.ts", "src/lib/api/schema.d.ts", "node_modules/**", "e2e/node_modules/**"] },
  ...nextVitals,
  ...nextTypescript,
  {
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "max-lines": ["error", { max: 250 }],
      "import/no-cycle": "error",
      "import/no-restricted-paths": ["error", { zones }],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportAllDeclaration", message: "No barrels: import from the file that holds it." },
        {
          selector: "Property[key.name=/^(marginLeft|marginRight|paddingLeft|paddingRight|left|right)$/]",
          message: "Logical properties only (marginInlineStart ...): the page also runs right to left.",
        },
      ],
      "no-restricted-globals": ["error", { name: "fetch", message: "Only src/lib/api and src/lib/stream.ts talk to the network." }],
    },
  },
  { files: ["src/**/*.tsx"], ignores: ["src/**/*.test.tsx", "src/app/global-not-found.tsx"], rules: { "react/jsx-no-literals": "error" } },
  // Outside the languages: a plain page, and plain links out of it.
  { files: ["src/app/global-not-found.tsx"], rules: { "@next/next/no-html-link-for-pages": "off" } },
  { files: ["src/lib/api/**", "src/lib/auth/**", "src/lib/stream.ts", "src/testing/**"], rules: { "no-restricted-globals": "off" } },
];

export default config;
