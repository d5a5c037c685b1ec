/** The keys of a record in the order in which they are written, with the type that they have there. */
export function keysOf<T extends string>(record: Readonly<Record<T, unknown>>): T[] {
  return Object.keys(record) as T[];
}
