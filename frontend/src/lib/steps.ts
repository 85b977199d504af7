// The steps before money may move, and the screen of each.

export const STEP_PATHS = {
  second_factor: "/app/two-factor",
  profile: "/app/profile",
  risk_profile: "/app/risk",
  kyc: "/app/kyc",
  disclosures: "/app/disclosures",
} as const;

export type StepName = keyof typeof STEP_PATHS;
