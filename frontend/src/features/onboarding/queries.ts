// Everything the onboarding screens ask of the API.
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

type Schemas = components["schemas"];
export type Onboarding = Schemas["OnboardingOut"];
export type ProfileIn = Schemas["ProfileIn"];
export type Questionnaire = Schemas["QuestionnaireOut"];
export type RiskProfile = Schemas["RiskProfileOut"];
export type FactQuestions = Schemas["FactQuestionsOut"];
export type FactQuestion = Schemas["FactQuestionOut"];
export type FollowUp = Schemas["FollowUpOut"];
export type Reason = Schemas["ReasonOut"];
export type KycCase = Schemas["KycOut"];
export type KycReviewItem = Schemas["KycReviewItemOut"];
export type KycReview = Schemas["KycReviewOut"];
export type KycDecisionIn = Schemas["KycDecisionIn"];

const keys = {
  all: ["onboarding"] as const,
  questionnaire: (locale: string) => ["onboarding", "questionnaire", locale] as const,
  profile: ["onboarding", "risk-profile"] as const,
  facts: (locale: string) => ["onboarding", "facts", locale] as const,
  kyc: ["onboarding", "kyc"] as const,
  disclosure: (locale: string) => ["onboarding", "disclosure", locale] as const,
  reviews: ["kyc-reviews"] as const,
  review: (id: string) => ["kyc-reviews", id] as const,
};

const DAY_MS = 86_400_000;
const WATCH_MS = 5_000;

export const onboardingQuery = queryOptions({
  queryKey: [...keys.all, "overview"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/onboarding", { signal })),
  staleTime: 0,
});

export const questionnaireQuery = (locale: string) =>
  queryOptions({
    queryKey: keys.questionnaire(locale),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/v1/risk-profile/questionnaire", { params: { query: { locale } }, signal })),
    staleTime: DAY_MS,
  });

export const kycQuery = queryOptions({
  queryKey: keys.kyc,
  queryFn: ({ signal }) => unwrap(api.GET("/v1/kyc", { signal })),
  // The decision is another person's: the screen looks again by itself while the case is open.
  refetchInterval: (query) => (isOpen(query.state.data) ? WATCH_MS : false),
  staleTime: 0,
});

function isOpen(found: KycCase | undefined): boolean {
  return found?.state === "pending" || found?.state === "in_review";
}

export const disclosureQuery = (locale: string) =>
  queryOptions({
    queryKey: keys.disclosure(locale),
    queryFn: ({ signal }) => unwrap(api.GET("/v1/disclosures", { params: { query: { locale } }, signal })),
    staleTime: DAY_MS,
  });

function useOnboardingMutation<In, Out>(mutationFn: (input: In) => Promise<Out>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => queries.invalidateQueries({ queryKey: keys.all }) });
}

export function useSaveProfile() {
  return useOnboardingMutation((body: ProfileIn) => unwrap(api.PUT("/v1/onboarding/profile", { body })));
}

export function useSaveAnswer() {
  return useMutation({
    mutationFn: (answers: Record<string, string>) => unwrap(api.PUT("/v1/risk-profile/answers", { body: { answers } })),
  });
}

export const factsQuery = (locale: string) =>
  queryOptions({
    queryKey: keys.facts(locale),
    queryFn: ({ signal }) => unwrap(api.GET("/v1/risk-profile/knowledge", { params: { query: { locale } }, signal })),
  });

function useFactMutation<In>(locale: string, mutationFn: (input: In) => Promise<FactQuestions>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn, onSuccess: (found) => queries.setQueryData(keys.facts(locale), found) });
}

export function useAnswerFact(locale: string) {
  return useFactMutation(locale, (answers: Schemas["FactAnswersIn"]["answers"]) =>
    unwrap(api.PUT("/v1/risk-profile/knowledge", { params: { query: { locale } }, body: { answers } })),
  );
}

export function useConfirmExplanation(locale: string) {
  return useFactMutation(locale, (body: Schemas["ExplanationIn"]) =>
    unwrap(api.PUT("/v1/risk-profile/explanations", { params: { query: { locale } }, body })),
  );
}

/** Asked anew each time: what is raised depends on every answer and fact as they stand now. */
export function useFindFollowUps(locale: string) {
  return useMutation<FollowUp[], Error, void>({
    mutationFn: () => unwrap(api.GET("/v1/risk-profile/follow-ups", { params: { query: { locale } } })),
  });
}

export function useReplyToFollowUp(locale: string) {
  return useMutation({
    mutationFn: (replies: Schemas["FollowUpsIn"]["replies"]) =>
      unwrap(api.PUT("/v1/risk-profile/follow-ups", { params: { query: { locale } }, body: { replies } })),
  });
}

export const riskProfileQuery = queryOptions({
  queryKey: keys.profile,
  queryFn: ({ signal }) => unwrap(api.GET("/v1/risk-profile", { signal })),
  staleTime: 0,
});

export function useScore() {
  return useOnboardingMutation<void, RiskProfile>(() => unwrap(api.POST("/v1/risk-profile")));
}

export function useSubmitKyc() {
  return useOnboardingMutation<void, KycCase>(() => unwrap(api.POST("/v1/kyc/submit")));
}

export function useAcceptDisclosure() {
  return useOnboardingMutation((body: Schemas["AcceptIn"]) => unwrap(api.POST("/v1/disclosures/accept", { body })));
}

export const reviewsQuery = queryOptions({
  queryKey: keys.reviews,
  queryFn: ({ signal }) => unwrap(api.GET("/v1/kyc/reviews", { signal })),
  staleTime: 0,
});

export const reviewQuery = (id: string) =>
  queryOptions({
    queryKey: keys.review(id),
    queryFn: ({ signal }) => unwrap(api.GET("/v1/kyc/reviews/{case_id}", { params: { path: { case_id: id } }, signal })),
    staleTime: 0,
  });

export function useClaim() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => unwrap(api.POST("/v1/kyc/reviews/{case_id}/claim", { params: { path: { case_id: id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.reviews }),
  });
}

export function useDecide() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id: string; body: KycDecisionIn }) =>
      unwrap(api.POST("/v1/kyc/reviews/{case_id}/decision", { params: { path: { case_id: id } }, body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.reviews }),
  });
}
