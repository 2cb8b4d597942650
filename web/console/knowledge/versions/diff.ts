// What differs between two texts, word by word; Chinese character by character. Pure.

export interface Part {
  text: string;
  kind: "same" | "gone" | "new";
}

const MAX_CELLS = 4_000_000; // of the table; longer texts are compared line by line, then as a whole

const words = (text: string) => text.match(/\p{Script=Han}|[\p{L}\p{N}]+|\s+|[^\s]/gu) ?? [];
const lines = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** The longest common sequence of two lists, as steps. */
function compare(before: readonly string[], after: readonly string[]): Part[] {
  const width = after.length + 1;
  const table = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      table[i * width + j] =
        before[i] === after[j]
          ? (table[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
  const parts: Part[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old = "", fresh = ""] = [before[i], after[j]];
    if (i < before.length && j < after.length && old === fresh) {
      parts.push({ text: old, kind: "same" });
      i++;
      j++;
    } else if (j >= after.length || (i < before.length && (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0))) {
      parts.push({ text: old, kind: "gone" });
      i++;
    } else {
      parts.push({ text: fresh, kind: "new" });
      j++;
    }
  }
  return parts;
}

/** Neighbours of one kind as one part. */
function joined(parts: readonly Part[]): Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (last?.kind === part.kind) last.text += part.text;
    else result.push({ ...part });
  }
  return result;
}

/** The parts that both texts share, that only the one had, and that only the other has. */
export function differences(before: string, after: string): Part[] {
  for (const split of [words, lines]) {
    const [old, fresh] = [split(before), split(after)];
    if ((old.length + 1) * (fresh.length + 1) <= MAX_CELLS) return joined(compare(old, fresh));
  }
  return [
    { text: before, kind: "gone" },
    { text: after, kind: "new" },
  ];
}

/** A value of a field as text: lists one a line. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(String).join("\n");
  return typeof value === "object" ? JSON.stringify(value, null, 1) : String(value);
}
