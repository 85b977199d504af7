// A reason in the reader's language; one without a translation is shown in the API's own words.
import { useTranslations } from "next-intl";

export type ReasonLike = { code: string; sentence: string; values: Record<string, string> };

export function useReasonText(): (reason: ReasonLike) => string {
  const t = useTranslations("reasons");
  return (reason) => (t.has(reason.code) ? t(reason.code, reason.values) : reason.sentence);
}
