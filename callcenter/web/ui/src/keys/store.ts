/** Which key does what for whoever is signed in, kept on this browser; and what is done when one is pressed. */
import { defineStore } from "pinia";
import { computed, onBeforeUnmount, onMounted, ref } from "vue";

import { useSession } from "@/session/store";
import { kept } from "@/words/kept";
import { typing } from "@/words/keys";

import { areKeys, type Command, COMMANDS, FIRST_KEYS, type Keys, named, type Refusal, refusal } from "./keys";

export const useKeys = defineStore("keys", () => {
  const session = useSession();
  const changed = ref(0);
  const listed = ref(false);
  const handlers = new Map<Command, () => void>();
  const place = computed(() => kept<Keys>(`keys.${session.me?.name ?? ""}`, areKeys));
  const keys = computed<Keys>(() => {
    void changed.value;
    return { ...FIRST_KEYS, ...place.value.read() };
  });

  /** Gives a command another key; says why not where that cannot be. */
  function change(command: Command, key: string): Refusal | null {
    const wrong = refusal(command, key, keys.value);
    if (wrong === null) {
      place.value.write({ ...keys.value, [command]: key });
      changed.value += 1;
    }
    return wrong;
  }

  function reset(): void {
    place.value.forget();
    changed.value += 1;
  }

  function pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.repeat || typing(event)) return;
    const name = named(event);
    const command = COMMANDS.find((one) => keys.value[one] === name);
    const handler = command === undefined ? undefined : handlers.get(command);
    if (handler === undefined) return;
    event.preventDefault();
    handler();
  }

  return { keys, listed, handlers, change, reset, pressed };
});

/** Lets a component do what a key asks for, as long as it is on the page. */
export function useKey(command: Command, does: () => void): void {
  const { handlers } = useKeys();
  onMounted(() => handlers.set(command, does));
  onBeforeUnmount(() => handlers.get(command) === does && handlers.delete(command));
}
