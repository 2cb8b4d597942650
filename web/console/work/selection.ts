// Which contact the page shows. The address says it; work that begins or ends moves it along.
import type { ContactView } from "../../shared/api/index.ts";

/** The contact to show next, or null to stay. A contact that just became ours is shown; one that left is not. */
export function nextShown(
  shown: string | null,
  before: readonly ContactView[],
  after: readonly ContactView[],
): string | null {
  const known = new Set(before.map((contact) => contact.contact_id));
  const begun = after.find((contact) => !known.has(contact.contact_id));
  if (begun) return begun.contact_id;
  const first = after[0]?.contact_id ?? null;
  if (shown === null) return first;
  const left = known.has(shown) && !after.some((contact) => contact.contact_id === shown);
  return left ? first : null;
}
