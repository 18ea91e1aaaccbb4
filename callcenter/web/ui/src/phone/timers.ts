/** Things that are done later, by name: each waits once, and none when all is over. */
export class Timers {
  private readonly waiting = new Map<string, { timer: ReturnType<typeof setTimeout>; then: () => void }>();

  after(milliseconds: number, what: string, then: () => void): void {
    this.clear(what);
    const timer = setTimeout(() => this.now(what), milliseconds);
    this.waiting.set(what, { timer, then });
  }

  /** Does what waits, at once. */
  now(what: string): void {
    const then = this.waiting.get(what)?.then;
    this.clear(what);
    then?.();
  }

  clear(what: string): void {
    clearTimeout(this.waiting.get(what)?.timer);
    this.waiting.delete(what);
  }

  close(): void {
    for (const { timer } of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }
}
