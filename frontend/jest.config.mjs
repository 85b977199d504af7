import nextJest from "next/jest.js";

const createConfig = nextJest({ dir: "./" });

// Packages that ship ES modules only; Jest has to compile them.
const ESM = "use-intl|next-intl|icu-minify|@formatjs|intl-messageformat|openapi-fetch|msw|@mswjs|until-async|rettime";

const base = {
  testEnvironment: "jest-fixed-jsdom",
  setupFilesAfterEnv: ["<rootDir>/jest.setup.ts"],
  testTimeout: 60000,
  maxWorkers: 2,
  moduleNameMapper: { "^@/(.*)$": "<rootDir>/src/$1", "^@messages/(.*)$": "<rootDir>/messages/$1" },
  testPathIgnorePatterns: ["/node_modules/", "/e2e/", "/out/", "/.next/"],
};

export default async function config() {
  const made = await createConfig(base)();
  // Set after next/jest has made its own list, which would win otherwise.
  return { ...made, transformIgnorePatterns: [`/node_modules/(?!(${ESM})/)`, "^.+\\.module\\.(css|sass|scss)$"] };
}
