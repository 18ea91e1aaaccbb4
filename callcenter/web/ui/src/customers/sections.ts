/** What there is about customers beside one card, and who may open it. */
import type { TextKey } from "@/locale";
import type { Right } from "@/session/store";

export const SECTIONS: { path: string; title: TextKey; rights: Right[] }[] = [
  { path: "/customers", title: "page.customers", rights: ["search_customers", "review_access"] },
  { path: "/customers/import", title: "import.title", rights: ["import_customers"] },
  { path: "/customers/classes", title: "class.title", rights: ["classify_customers"] },
  { path: "/customers/care", title: "care.title", rights: ["plan_care"] },
  { path: "/customers/access", title: "access.title", rights: ["review_access"] },
];
