/** What somebody may mean by what they typed into the one box. */
export interface Sought {
  number: string | null;
  caseNumber: string | null;
  name: string | null;
}

const CASE = /^\d{4}-\d{2}-\d{2,}$/;
const NUMBER = /^[+(]?[\d() -]{3,39}$/;

export function sort(words: string): Sought {
  const said = words.trim();
  if (CASE.test(said)) return { number: null, caseNumber: said, name: null };
  if (NUMBER.test(said)) return { number: said, caseNumber: null, name: null };
  return { number: null, caseNumber: null, name: said || null };
}
