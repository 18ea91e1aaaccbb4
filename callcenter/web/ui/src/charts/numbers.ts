/** Numbers of charts and of the tables beside them: what is not known is a dash. */
export function percent(share: unknown): string {
  return typeof share === "number" && Number.isFinite(share) ? `${Math.round(share * 1000) / 10} %` : "–";
}

export function count(value: unknown): string {
  return typeof value === "number" && Number.isFinite(value) ? String(Math.round(value * 100) / 100) : "–";
}
