/** Returns what there is from the first on of which anything is told: rows of zeros say nothing before it. */
export function fromFirst<T>(items: readonly T[], tells: (one: T) => boolean): T[] {
  const first = items.findIndex(tells);
  return first < 0 ? [] : items.slice(first);
}
