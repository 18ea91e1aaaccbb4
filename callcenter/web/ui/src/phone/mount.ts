/** Lets whoever is signed in have the phone that the service names, for as long as both last; loads nothing before. */
import { watch } from "vue";

import { useDesk } from "@/desk/store";
import { useLive } from "@/live/store";
import { useSession } from "@/session/store";

import type { Begun } from "./begin";
import { pagePhone } from "./port";

export function usePhone(): void {
  const session = useSession();
  const desk = useDesk();
  const live = useLive();
  let wanted = "";
  let begun: Begun | null = null;

  watch(
    () => {
      if (session.agent === null) return "";
      // a seat that is another's now ends no talk
      if ((pagePhone.value?.state.calls.length ?? 0) > 0) return wanted;
      return desk.desk?.phone ? `${session.me?.name} ${desk.desk.phone.uri}` : "";
    },
    async (whose) => {
      wanted = whose;
      begun?.end();
      begun = null;
      const [account, phone] = [session.me?.name, desk.desk?.phone];
      if (whose === "" || account === undefined || !phone) return;
      const { begin } = await import("./begin");
      if (wanted === whose) begun = begin(account, phone);
    },
    { immediate: true },
  );
  // another session of the agent has taken the phone over, or nothing was heard for a while
  watch(
    () => live.state.news.desk,
    () => desk.there && desk.look().catch(() => undefined),
  );
  watch(
    () => session.lost,
    (lost) => (lost ? begun?.lost() : begun?.back()),
  );
  watch(
    () => desk.desk?.phone?.taken === true,
    (taken) => taken && begun?.takenOver(),
  );
}
