/** Light or dark: as chosen on this browser, else as the machine has it. */
import { ref } from "vue";

import { kept } from "./kept";

export type Theme = "light" | "dark";

const KEPT = kept<Theme>("theme", (value) => value === "light" || value === "dark");

export const theme = ref<Theme>("light");

function show(chosen: Theme): void {
  theme.value = chosen;
  document.documentElement.classList.toggle("dark", chosen === "dark");
}

export function beginTheme(): void {
  const machine = globalThis.matchMedia("(prefers-color-scheme: dark)");
  show(KEPT.read() ?? (machine.matches ? "dark" : "light"));
  machine.addEventListener("change", () => {
    if (KEPT.read() === null) show(machine.matches ? "dark" : "light");
  });
}

export function turnTheme(): void {
  show(theme.value === "dark" ? "light" : "dark");
  KEPT.write(theme.value);
}
