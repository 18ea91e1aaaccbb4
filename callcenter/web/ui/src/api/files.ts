/** Files that people send: as they are, in the body of the request. */

/** Returns what a request needs beside its path, so that a file is its body. */
export function asBody(file: Blob) {
  return {
    body: file as unknown as string,
    bodySerializer: (body: unknown) => body as BodyInit,
    headers: { "Content-Type": "application/octet-stream" },
  };
}
