/** What this browser keeps; where it keeps nothing, all goes on without. */
export interface Kept<T> {
  read(): T | null;
  write(value: T): void;
  forget(): void;
}

/** Keeps one value as JSON under a name; what does not fit is as if there were nothing. */
export function kept<T>(name: string, fits: (value: unknown) => boolean): Kept<T> {
  const key = `callcenter.${name}`;
  return {
    read() {
      try {
        const value: unknown = JSON.parse(globalThis.localStorage.getItem(key) ?? "null");
        return fits(value) ? (value as T) : null;
      } catch {
        return null;
      }
    },
    write(value) {
      try {
        globalThis.localStorage.setItem(key, JSON.stringify(value));
      } catch {
        // a browser that keeps nothing, or is full: what is typed stays on the page
      }
    },
    forget() {
      try {
        globalThis.localStorage.removeItem(key);
      } catch {
        // likewise
      }
    },
  };
}
