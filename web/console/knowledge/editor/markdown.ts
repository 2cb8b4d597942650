// What the buttons above a Markdown field do to the text. Pure: text and selection in, text and selection out.

export interface Marked {
  text: string;
  start: number;
  end: number;
}

export type Mark = "bold" | "italic" | "code" | "link" | "heading" | "bullets" | "numbers" | "quote" | "table";

const AROUND: Partial<Record<Mark, string>> = { bold: "**", italic: "*", code: "`" };
const BEFORE: Partial<Record<Mark, (line: number) => string>> = {
  heading: () => "## ",
  bullets: () => "- ",
  numbers: (line) => `${line + 1}. `,
  quote: () => "> ",
};
const TABLE = "|  |  |\n|---|---|\n|  |  |\n";

/** Put a mark around or before what is selected; put on the same again, it goes. */
export function marked({ text, start, end }: Marked, mark: Mark): Marked {
  const around = AROUND[mark];
  if (around) return wrapped({ text, start, end }, around);
  if (mark === "link") {
    const put = `[${text.slice(start, end)}](https://)`;
    const at = end > start ? start + put.length - 1 : start + 1;
    return { text: text.slice(0, start) + put + text.slice(end), start: at, end: at };
  }
  if (mark === "table") {
    const from = text.lastIndexOf("\n", start - 1) + 1;
    const put = (from > 0 && text[from - 1] === "\n" && text[from - 2] !== "\n" ? "\n" : "") + TABLE;
    return { text: text.slice(0, from) + put + text.slice(from), start: from + put.indexOf("|") + 2, end: from + put.indexOf("|") + 2 };
  }
  const before = BEFORE[mark];
  return before ? prefixed({ text, start, end }, before) : { text, start, end };
}

function wrapped({ text, start, end }: Marked, sign: string): Marked {
  const inside = text.slice(start, end);
  const size = sign.length;
  const isOn = text.slice(start - size, start) === sign && text.slice(end, end + size) === sign;
  if (isOn)
    return { text: text.slice(0, start - size) + inside + text.slice(end + size), start: start - size, end: end - size };
  return { text: text.slice(0, start) + sign + inside + sign + text.slice(end), start: start + size, end: end + size };
}

function prefixed({ text, start, end }: Marked, before: (line: number) => string): Marked {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const to = text.indexOf("\n", end) < 0 ? text.length : text.indexOf("\n", end);
  const lines = text.slice(from, to).split("\n");
  const isOn = lines.every((line, at) => line.startsWith(before(at)));
  const put = lines.map((line, at) => (isOn ? line.slice(before(at).length) : before(at) + line)).join("\n");
  return { text: text.slice(0, from) + put + text.slice(to), start: from, end: from + put.length };
}
