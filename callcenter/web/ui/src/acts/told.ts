/** What an agent is told of what leads did and wrote, until it is read. */
import { ElMessage } from "element-plus";
import { defineStore } from "pinia";
import { ref } from "vue";

import { api, ask, type Shape } from "@/api/client";
import { toldBy } from "@/words/form";

export type Told = Shape["ToldShown"];

export const useTold = defineStore("told", () => {
  const items = ref<Told[]>([]);

  /** Asks anew; what cannot be asked now is asked with the next word of the stream. */
  async function look(): Promise<void> {
    try {
      items.value = (await ask(api.GET("/api/v1/acts/notices"))).items;
    } catch (error) {
      toldBy(error);
    }
  }

  async function read(number: string): Promise<void> {
    try {
      await ask(api.POST("/api/v1/acts/notices/{number}/read", { params: { path: { number } } }));
      items.value = items.value.filter((one) => one.id !== number);
    } catch (error) {
      ElMessage.error(toldBy(error));
    }
  }
  return { items, look, read };
});
