/** Whether nobody can sign in yet: then the first account is made here, by the code that the service's console shows. */
import { api, ask, Problem } from "@/api/client";

export async function isFirst(): Promise<boolean> {
  try {
    return (await ask(api.GET("/api/v1/first-account"))).open;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

export async function makeFirst(code: string, name: string, password: string): Promise<void> {
  await ask(api.POST("/api/v1/first-account", { body: { code, name, password, full_name: "" } }));
}
