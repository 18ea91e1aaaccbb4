/** Addresses: every page has one, and says who may open it; the rail lists those that one may. */
import { shallowRef } from "vue";
import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";

import type { ICONS } from "@/frame/icons";
import type { TextKey } from "@/locale";
import { painted } from "@/words/painted";
import { type Right, useSession } from "@/session/store";

declare module "vue-router" {
  interface RouteMeta {
    /** Its name in the rail and the title; without one it is not in the rail. */
    title?: TextKey;
    icon?: keyof typeof ICONS;
    /** Pages of one area are tabs, and one entry of the rail, which has this name. */
    area?: TextKey;
    /** One of these is needed. */
    rights?: Right[];
    /** And each of these. */
    needs?: Right[];
    /** For agents alone. */
    agents?: boolean;
    /** For whoever is not signed in. */
    open?: boolean;
    /** For anybody, signed in or not: its address is the right. */
    anybodys?: boolean;
    /** The manual's page about it, and the place there. */
    help?: string;
  }
}

export const PAGES: RouteRecordRaw[] = [
  {
    path: "/desk",
    component: () => import("@/pages/AgentPage.vue"),
    meta: { title: "page.desk", icon: "desk", rights: ["record_call", "use_desk"], agents: true, help: "page#desk" },
  },
  {
    path: "/day",
    component: () => import("@/pages/DayPage.vue"),
    meta: { title: "page.day", icon: "day", rights: ["record_call"], agents: true, help: "page#day" },
  },
  {
    path: "/floor/:agent?",
    component: () => import("@/pages/FloorPage.vue"),
    meta: { title: "page.floor", icon: "floor", rights: ["see_floor"], help: "leads#floor" },
  },
  {
    path: "/calls/:id?",
    component: () => import("@/pages/CallsPage.vue"),
    meta: { title: "page.calls", icon: "calls", rights: ["see_calls"], help: "leads#calls" },
  },
  {
    path: "/lost-calls",
    component: () => import("@/pages/LostCallsPage.vue"),
    meta: { title: "page.lost", icon: "lost", rights: ["see_lost_calls"], help: "leads#lost" },
  },
  {
    path: "/cases/:id?",
    component: () => import("@/pages/CasesPage.vue"),
    meta: { title: "page.cases", icon: "cases", rights: ["see_cases", "see_remedies", "see_case_reviews"], help: "page#cases" },
  },
  {
    path: "/enquiries/:number?",
    component: () => import("@/pages/EnquiriesPage.vue"),
    meta: { title: "page.enquiries", icon: "enquiries", rights: ["record_enquiries"], help: "leads#enquiries" },
  },
  {
    path: "/aftercare/:part?",
    component: () => import("@/pages/AftercarePage.vue"),
    meta: {
      title: "page.aftercare",
      icon: "aftercare",
      rights: ["track_measures", "list_remedies", "follow_up_cases", "review_cases", "note_discipline"],
      help: "leads#aftercare",
    },
  },
  {
    path: "/figures/:part?",
    component: () => import("@/pages/FiguresPage.vue"),
    meta: { title: "page.figures", icon: "figures", rights: ["see_case_figures", "see_surveys", "see"], help: "leads#figures" },
  },
  {
    path: "/customers",
    component: () => import("@/pages/CustomersPage.vue"),
    meta: { title: "page.customers", icon: "customers", rights: ["search_customers", "review_access"], help: "page#customers" },
  },
  {
    path: "/records/:id?",
    component: () => import("@/pages/RecordsPage.vue"),
    meta: { title: "record.mine", icon: "records", rights: ["see"], agents: true, help: "leads#records" },
  },
  {
    path: "/review/:id?",
    component: () => import("@/pages/ReviewPage.vue"),
    meta: { title: "page.review", icon: "review", rights: ["notify", "propose", "decide_appeal", "check", "see_agreement"], help: "leads#review" },
  },
  {
    path: "/scores/:agent?",
    component: () => import("@/pages/ScoresPage.vue"),
    meta: { title: "page.scores", icon: "scores", rights: ["notify", "assess", "decide_appeal", "see_agreement"], needs: ["see_scores"], help: "leads#scores" },
  },
  {
    path: "/rules/trial",
    component: () => import("@/pages/TrialPage.vue"),
    meta: { title: "page.trial", icon: "trial", rights: ["propose_change", "approve_change", "see_agreement"], help: "leads#trial" },
  },
  {
    path: "/walls",
    component: () => import("@/pages/WallsPage.vue"),
    meta: { title: "page.walls", icon: "walls", rights: ["keep_walls"], help: "page#wall" },
  },
  {
    path: "/admin/accounts/:name?",
    component: () => import("@/pages/AccountsPage.vue"),
    meta: { title: "page.accounts", area: "page.admin", icon: "admin", rights: ["see_accounts"], help: "administration#accounts" },
  },
  {
    path: "/admin/roster",
    component: () => import("@/pages/RosterPage.vue"),
    meta: { title: "page.roster", area: "page.admin", icon: "admin", rights: ["propose_change", "approve_change"], help: "administration#roster" },
  },
  {
    path: "/admin/changes/:id?",
    component: () => import("@/pages/ChangesPage.vue"),
    meta: { title: "page.changes", area: "page.admin", icon: "admin", rights: ["propose_change", "approve_change", "keep_service"], help: "administration#changes" },
  },
  {
    path: "/admin/classes/:code?",
    component: () => import("@/pages/ClassesPage.vue"),
    meta: { title: "page.classes", area: "page.admin", icon: "admin", rights: ["change_classes"], help: "administration#classes" },
  },
  {
    path: "/admin/audit",
    component: () => import("@/pages/AuditPage.vue"),
    meta: { title: "page.audit", area: "page.admin", icon: "admin", rights: ["read_audit"], help: "administration#audit" },
  },
  {
    path: "/admin/looks",
    component: () => import("@/pages/LooksPage.vue"),
    meta: { title: "page.looks", area: "page.admin", icon: "admin", rights: ["read_looks"], help: "administration#looks" },
  },
  {
    path: "/admin/site",
    component: () => import("@/pages/SitePage.vue"),
    meta: { title: "page.site", area: "page.admin", icon: "admin", rights: ["keep_service", "propose_change", "approve_change"], help: "administration#site" },
  },
  {
    path: "/admin/service",
    component: () => import("@/pages/ServicePage.vue"),
    meta: { title: "page.service", area: "page.admin", icon: "admin", rights: ["keep_service"], help: "administration#service" },
  },
  {
    path: "/account",
    component: () => import("@/pages/AccountPage.vue"),
    meta: { title: "page.account", icon: "account", help: "page#frame" },
  },
];

/** Pages that others lead to. */
const BESIDE: RouteRecordRaw[] = [
  { path: "/customers/new", component: () => import("@/pages/CustomerNewPage.vue"), meta: { rights: ["edit_customers"], help: "page#customers" } },
  { path: "/customers/import", component: () => import("@/pages/CustomerImportPage.vue"), meta: { rights: ["import_customers"], help: "page#customers" } },
  { path: "/customers/classes", component: () => import("@/pages/CustomerClassesPage.vue"), meta: { rights: ["classify_customers"], help: "page#customers" } },
  { path: "/customers/care/:part?", component: () => import("@/pages/CarePage.vue"), meta: { rights: ["plan_care"], help: "page#customers" } },
  { path: "/customers/access", component: () => import("@/pages/AccessReviewsPage.vue"), meta: { rights: ["review_access"], help: "page#customers" } },
  { path: "/customers/:id", component: () => import("@/pages/CustomerPage.vue"), meta: { rights: ["see_customers"], help: "page#customers" } },
  { path: "/customers/:id/merge", component: () => import("@/pages/CustomerMergePage.vue"), meta: { rights: ["merge_customers"], help: "page#customers" } },
  { path: "/customers/:id/split", component: () => import("@/pages/CustomerSplitPage.vue"), meta: { rights: ["merge_customers"], help: "page#customers" } },
  { path: "/review/report", component: () => import("@/pages/ReportPage.vue"), meta: { rights: ["propose"], help: "leads#review" } },
];

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/sign-in", component: () => import("@/pages/SignInPage.vue"), meta: { open: true } },
    { path: "/wall", component: () => import("@/pages/WallPage.vue"), meta: { anybodys: true } },
    { path: "/notices/:token", component: () => import("@/pages/NoticePage.vue"), meta: { anybodys: true } },
    { path: "/search", component: () => import("@/pages/SearchPage.vue"), meta: { help: "page#lists" } },
    { path: "/help/:topic?", component: () => import("@/pages/HelpPage.vue"), meta: { title: "help.title", help: "first-day" } },
    ...PAGES,
    ...BESIDE,
    { path: "/", component: () => import("@/pages/NoPage.vue") },
    { path: "/:rest(.*)*", component: () => import("@/pages/NoPage.vue") },
  ],
});

/** The page that somebody has asked for and that is not there yet, by its path in `PAGES`: the rail marks it at once. */
export const going = shallowRef<string | null>(null);

/** Tells whether whoever is signed in may open a page. */
export function mayOpen(meta: RouteRecordRaw["meta"]): boolean {
  const session = useSession();
  if (meta?.agents && session.agent === null) return false;
  if (meta?.needs?.some((one) => !session.may(one))) return false;
  return meta?.rights === undefined || session.may(...meta.rights);
}

/** Returns the pages of whoever is signed in, in the order of the rail. */
export function myPages(): RouteRecordRaw[] {
  return PAGES.filter((page) => mayOpen(page.meta));
}

/** Returns the page that whoever is signed in begins with: leads with the floor, also where they have a phone themselves. */
export function firstPage(): RouteRecordRaw | undefined {
  const mine = myPages();
  return mine.find((page) => address(page) === "/floor") ?? mine[0];
}

/** Returns the pages of an area that whoever is signed in may open. */
export function areaPages(area: TextKey): RouteRecordRaw[] {
  return myPages().filter((page) => page.meta?.area === area);
}

/** Returns what the rail lists: every page, and of an area the first. */
export function railPages(): RouteRecordRaw[] {
  return myPages().filter((page, n, all) => page.meta?.area === undefined || all.findIndex((one) => one.meta?.area === page.meta?.area) === n);
}

/** Returns the address of a page in the rail, without what may follow. */
export function address(page: RouteRecordRaw): string {
  return page.path.replace(/\/:.*$/, "");
}

/** Returns where whoever is signed in reads a record: at the review desk, or agents among their own. */
export function recordAddress(id: string): string {
  return `${myPages().some((page) => address(page) === "/review") ? "/review" : "/records"}/${id}`;
}

router.beforeEach(async (to) => {
  if (to.meta.anybodys) return true;
  const session = useSession();
  await session.asked;
  if (session.me === null) return to.meta.open ? true : { path: "/sign-in", query: { to: to.fullPath } };
  const first = firstPage();
  if (to.meta.open || to.path === "/") return first === undefined ? true : address(first);
  return true;
});

// a page takes a while to be made: what was clicked is seen first
router.beforeResolve(async (to, from) => {
  const next = to.matched[0]?.path ?? null;
  if (from.matched.length === 0 || next === from.matched[0]?.path) return;
  going.value = next;
  await painted();
});
router.afterEach(() => (going.value = null));
router.onError(() => (going.value = null));
