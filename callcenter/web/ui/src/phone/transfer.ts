/** Handing a call on: at once, or after asking somebody. What waits is held first; the switch has the last word. */
import type { Calls } from "./calls";
import type { LineCall } from "./line";
import { TransferRefused } from "./port";
import type { Changing } from "./state";
import { dialable } from "./words";

export class Transfers {
  constructor(
    private readonly state: Changing,
    private readonly calls: Calls,
    private readonly dial: (number: string) => Promise<string>,
  ) {}

  async blind(key: string, to: string): Promise<void> {
    const call = this.calls.line(key);
    if (call === undefined || !dialable(to)) throw new TransferRefused(0);
    await this.held(key);
    await refer(call, to);
  }

  async consult(key: string, to: string): Promise<void> {
    if (this.calls.line(key) === undefined || !dialable(to) || this.state.consultation !== null) throw new TransferRefused(0);
    await this.held(key);
    const asked = await this.dial(to);
    this.state.consultation = { waiting: key, asked };
  }

  async complete(): Promise<void> {
    const asking = this.state.consultation;
    const [waiting, asked] = [this.calls.line(asking?.waiting), this.calls.line(asking?.asked)];
    if (waiting === undefined || asked === undefined || this.calls.shown(asked.id)?.phase !== "talking") throw new TransferRefused(0);
    await refer(waiting, asked.number, asked);
  }

  async swap(): Promise<void> {
    const asking = this.state.consultation;
    if (asking === null) return;
    const waits = this.calls.shown(asking.waiting)?.held === true;
    const [first, then] = waits ? [asking.asked, asking.waiting] : [asking.waiting, asking.asked];
    await this.calls.hold(first, true);
    await this.calls.hold(then, false);
  }

  async back(): Promise<void> {
    const asking = this.state.consultation;
    if (asking === null) return;
    this.calls.line(asking.asked)?.end();
    await this.calls.hold(asking.waiting, false);
  }

  private async held(key: string): Promise<void> {
    if (this.calls.shown(key)?.held !== true && !(await this.calls.hold(key, true))) throw new TransferRefused(0);
  }
}

async function refer(call: LineCall, to: string, replaces?: LineCall): Promise<void> {
  const status = await call.refer(to, replaces);
  if (status < 200 || status > 299) throw new TransferRefused(status);
  // whoever hands a call on says good-bye (RFC 5589): a switch may wait for it
  call.end();
  replaces?.end();
}
