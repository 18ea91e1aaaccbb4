/** A notification of the browser while a call rings: it is seen where the page is not. */
import type { LineCall } from "./line";

const SHOWN_MS = 1500;

export class Alert {
  private readonly open = new Map<string, Notification>();

  constructor(
    /** What it says; nothing of the caller: it is seen by whoever passes. */
    private readonly words: () => string,
  ) {}

  allowed(): boolean {
    return "Notification" in globalThis && Notification.permission === "granted";
  }

  /** Asks to be allowed, in a click. */
  async ask(): Promise<void> {
    if ("Notification" in globalThis && Notification.permission === "default") await Notification.requestPermission();
  }

  /** Shows one where the page is not seen, or nothing is heard (`must`); tells whether it is shown. */
  show(call: Pick<LineCall, "id">, must: boolean): Promise<boolean> {
    if (!this.allowed()) return Promise.resolve(false);
    if (!must && document.visibilityState === "visible") return Promise.resolve(false);
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(false), SHOWN_MS);
      const over = (shown: boolean): void => {
        clearTimeout(late);
        resolve(shown);
      };
      const one = new Notification(this.words(), { tag: "callcenter-call", requireInteraction: true });
      one.onshow = () => over(true);
      one.onerror = () => over(false);
      one.onclick = () => globalThis.focus();
      this.open.set(call.id, one);
    });
  }

  close(id: string): void {
    this.open.get(id)?.close();
    this.open.delete(id);
  }
}
