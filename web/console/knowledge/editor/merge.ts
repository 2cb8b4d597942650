// Two people changed the same article: what each did is kept, and only where both changed a field somebody chooses. Pure.
import { type Entry, equal, fieldNames, fieldOf, withField } from "./entry.ts";

export interface Clash {
  field: string;
  mine: unknown;
  theirs: unknown;
}

export interface Merge {
  /** With all changes that do not clash; clashing fields hold mine. */
  entry: Entry;
  /** Fields that both changed, and differently. */
  clashes: Clash[];
  /** Fields that only the others changed. */
  taken: string[];
}

/** Bring my change and theirs together, both made from `base`. */
export function merged(base: Entry, mine: Entry, theirs: Entry): Merge {
  const result: Merge = { entry: mine, clashes: [], taken: [] };
  for (const field of fieldNames(base, mine, theirs)) {
    const [was, mineNow, theirsNow] = [base, mine, theirs].map((entry) => fieldOf(entry, field));
    if (equal(was, theirsNow) || equal(mineNow, theirsNow)) continue;
    if (equal(was, mineNow)) {
      result.entry = withField(result.entry, field, theirsNow);
      result.taken.push(field);
    } else result.clashes.push({ field, mine: mineNow, theirs: theirsNow });
  }
  return result;
}

/** The merged entry with what was chosen for each clash. */
export function settled(merge: Merge, theirs: ReadonlySet<string>): Entry {
  return merge.clashes.reduce(
    (entry, clash) => (theirs.has(clash.field) ? withField(entry, clash.field, clash.theirs) : entry),
    merge.entry,
  );
}
