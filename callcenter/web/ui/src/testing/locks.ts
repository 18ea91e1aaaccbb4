/** A lock that one holds, that others wait for, and that somebody may take by force. */
export class OneLock {
  private holder: { fail: (why: Error) => void } | null = null;
  private readonly waiting: (() => void)[] = [];

  request = ((_name: string, options: LockOptions, granted: () => Promise<void>) =>
    new Promise<void>((resolve, reject) => {
      const hold = (): void => {
        const mine = { fail: reject };
        this.holder = mine;
        void granted().then(() => {
          if (this.holder === mine) this.pass();
          resolve();
        });
      };
      options.signal?.addEventListener("abort", () => {
        this.waiting.splice(0, this.waiting.length, ...this.waiting.filter((one) => one !== hold));
        reject(new Error("aborted"));
      });
      if (options.steal) {
        this.holder?.fail(new Error("stolen"));
        hold();
      } else if (this.holder === null) hold();
      else this.waiting.push(hold);
    })) as unknown as LockManager["request"];

  private pass(): void {
    this.holder = null;
    this.waiting.shift()?.();
  }
}
