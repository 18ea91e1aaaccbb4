/** Tells whether a key is being typed into something, so that it is no command. */
export function typing(event: Pick<KeyboardEvent, "target" | "isComposing">): boolean {
  const where = event.target as Partial<HTMLElement> | null;
  return event.isComposing || where?.isContentEditable === true || /^(input|textarea|select)$/i.test(where?.tagName ?? "");
}
