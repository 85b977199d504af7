// Codes of tools in the reader's words; one without a translation is shown as it is.
import { useTranslations } from "next-intl";

/** Where else in the messages the words of a column stand. */
const PLACES: Record<string, string[]> = {
  label: ["transactions.movements"],
  kind: ["transactions.movements"],
  method: ["performance.figures"],
  reason: ["reasons"],
  step: ["steps", "chat.words"],
};

export function useCodeWords(): (column: string, code: string) => string {
  const known = useKnownWords();
  return (column, code) => known(column, code) ?? code.replaceAll("_", " ");
}

/** The words of a code, the text itself when it is no code, null for a code that nobody translated. */
export function useKnownWords(): (column: string, code: string) => string | null {
  const t = useTranslations();
  return (column, code) => {
    if (!/^[a-z][a-z0-9_]*$/.test(code)) return code;
    for (const place of [...(PLACES[column] ?? []), "chat.words"]) {
      for (const key of [`${place}.${code}.title`, `${place}.${code}.name`, `${place}.${code}`]) {
        // A sentence that wants values has none here.
        if (t.has(key) && !/[{<]/.test(String(t.raw(key)))) return t(key);
      }
    }
    return null;
  };
}
