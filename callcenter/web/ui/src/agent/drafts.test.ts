import { expect, test } from "vitest";

import { emptyDraft, forgetDraft, forgetOld, keepDraft, readDraft } from "./drafts";

/** A browser's store, of which `Object.keys` are the names. */
function store(): Storage {
  const kept = {} as Record<string, string>;
  const methods = {
    getItem: (name: string) => kept[name] ?? null,
    setItem: (name: string, value: string) => void (kept[name] = value),
    removeItem: (name: string) => void Reflect.deleteProperty(kept, name),
  };
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(kept, name, { value, enumerable: false });
  return kept as unknown as Storage;
}

const draft = { ...emptyDraft("k1"), note: "wants it on Friday", at: 1000 };

test("a draft is there again under its account and call alone, with the key that saves it once", () => {
  const kept = store();
  keepDraft(kept, "alice", "c1", draft);
  expect(readDraft(kept, "alice", "c1", 1001)).toEqual(draft);
  expect([readDraft(kept, "alice", "c2", 1001), readDraft(kept, "bobby", "c1", 1001)]).toEqual([null, null]);
});

test("an empty draft, one that was saved and one of yesterday are not kept", () => {
  const kept = store();
  keepDraft(kept, "alice", "c1", draft);
  forgetOld(kept, 1000 + 86_401);
  expect(Object.keys(kept)).toEqual([]);
  keepDraft(kept, "alice", "c1", draft);
  keepDraft(kept, "alice", "c1", emptyDraft("k1"));
  expect(Object.keys(kept)).toEqual([]);
  keepDraft(kept, "alice", "c1", draft);
  forgetDraft(kept, "alice", "c1");
  expect(Object.keys(kept)).toEqual([]);
});

test("what somebody else put into the store breaks nothing", () => {
  const kept = store();
  for (const nonsense of ["{", "7", '{"note": 7}', "null"]) {
    kept.setItem("callcenter.draft.alice.c1", nonsense);
    expect(readDraft(kept, "alice", "c1", 1)).toBeNull();
  }
});
