/** Entries of one map: paths, and ways to ask for a coding. */
const MOST = 50_000;

/** Adds to a map that strangers fill. A full one begins anew: what is in use is soon back. */
export function remember<V>(known: Map<string, V>, text: string, value: V): void {
  if (known.size >= MOST) known.clear();
  known.set(text, value);
}
