const LONGEST_MS = 100;

/** Comes true once what has changed is on the screen; soon, where nobody looks and nothing is painted. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, LONGEST_MS);
    if (document.visibilityState === "visible") requestAnimationFrame(() => setTimeout(resolve));
    else resolve();
  });
}
