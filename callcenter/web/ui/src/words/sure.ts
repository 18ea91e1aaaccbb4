/** Asks once before something that cannot be undone. */
import { ElMessageBox } from "element-plus";

import { say } from "@/locale";

/** Says what is about to happen, and tells whether it shall; `act` names it on the button. */
export async function sure(act: string, meaning: string): Promise<boolean> {
  const asked = ElMessageBox.confirm(meaning, act, { confirmButtonText: act, cancelButtonText: say("cancel") });
  return (await asked.catch(() => null)) !== null;
}
