/** A list of customers that is sent as a file: its columns, what would become of it, and that it is brought in. */
import { api, ask, type Shape } from "@/api/client";
import { asBody } from "@/api/files";

/** How a column is read: a field, left out, or as its heading says. */
export type Reading = Record<string, string>;

const nameOf = (file: File): string => file.name.slice(-80);

export function columnsOf(file: File): Promise<Shape["ColumnsTold"]> {
  return ask(api.POST("/api/v1/customers/imports/columns", { params: { query: { file: nameOf(file) } }, ...asBody(file) }));
}

function query(file: File, reading: Reading, doubtful: boolean) {
  return { file: nameOf(file), map: Object.entries(reading).map(([heading, field]) => `${heading}=${field || "-"}`), doubtful_too: doubtful };
}

export function previewOf(file: File, reading: Reading, doubtful: boolean): Promise<Shape["TallyShown"]> {
  return ask(api.POST("/api/v1/customers/imports/preview", { params: { query: query(file, reading, doubtful) }, ...asBody(file) }));
}

export function bringIn(file: File, reading: Reading, doubtful: boolean): Promise<Shape["ImportFinished"]> {
  return ask(api.POST("/api/v1/customers/imports", { params: { query: query(file, reading, doubtful) }, ...asBody(file) }));
}
