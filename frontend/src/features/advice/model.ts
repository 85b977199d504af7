// Pure view logic of a recommendation.

export type Effect = { code: string; effect: number };
export type Bar = Effect & { start: number; width: number };

export const MAX_REASONS = 5;

/** The strongest reasons first, the rest dropped; their signs stay. */
export function strongest<T extends Effect>(effects: readonly T[]): T[] {
  return [...effects].sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect)).slice(0, MAX_REASONS);
}

/** Bars from a common middle, in percent of the track: right when risk rises, left when it falls. */
export function barsOf(effects: readonly Effect[]): Bar[] {
  const largest = Math.max(...effects.map(({ effect }) => Math.abs(effect)), Number.EPSILON);
  return effects.map((one) => {
    const width = (50 * Math.abs(one.effect)) / largest;
    return { ...one, width, start: one.effect >= 0 ? 50 : 50 - width };
  });
}

/** Log points as a change of risk: 0.1 is about +10.5 %. */
export function effectShare(effect: number): number {
  return Math.expm1(effect);
}
