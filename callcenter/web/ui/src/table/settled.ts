/** What is told often is asked for anew a few times a second at most. */
import { watch } from "vue";

const SETTLE_MS = 300;

/** Calls `again` once what `changes` says is something else, and once more for all that follows at once. */
export function whenChanged(changes: () => unknown, again: () => Promise<void>): void {
  let waiting: ReturnType<typeof setTimeout> | null = null;
  watch(changes, () => {
    waiting ??= setTimeout(() => {
      waiting = null;
      void again();
    }, SETTLE_MS);
  });
}
