// Times as the reader writes them, in her own zone; the zone is named wherever a figure is "as of".

export function formatDate(locale: string, iso: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(iso));
}

export function formatDateTime(locale: string, iso: string): string {
  const options: Intl.DateTimeFormatOptions = {
    year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  };
  return new Intl.DateTimeFormat(locale, options).format(new Date(iso));
}

/** A calendar day such as "2026-11-24", without shifting it through a time zone. */
export function formatDay(locale: string, day: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}
