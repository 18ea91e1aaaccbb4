/** One case as it stands, read anew when something happens with cases. */
import { api, askVersioned, type Shape } from "@/api/client";
import { useLive } from "@/live/store";
import { type One, useOne } from "@/table/one";

export type Whole = Shape["CaseWhole"];
export type Offered = Shape["MoveOffered"];
export type OneCase = One<Whole>;

export function useCase(number: string): OneCase {
  const live = useLive();
  return useOne<Whole>(
    () => askVersioned(api.GET("/api/v1/cases/{number}", { params: { path: { number } } })),
    () => live.state.news.cases,
  );
}
