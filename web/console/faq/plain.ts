// An article's Markdown as plain text, for reading to a caller and for the clipboard.

/** A table's rows become "first: second" lines; its head says nothing that they do not. */
function withoutTables(markdown: string): string {
  return markdown
    .replace(/^\|.*\|[ \t]*\n\|[ \t:|-]+\|[ \t]*$/gm, "")
    .replace(/^\|(.*)\|[ \t]*$/gm, (_, row: string) => `- ${row.split("|").map((cell) => cell.trim()).join(": ")}`);
}

const RULES: readonly (readonly [RegExp, string])[] = [
  [/^#{1,6}\s+/gm, ""],
  [/^[ \t]*[-*+][ \t]+/gm, "• "],
  [/!\[([^\]]*)\]\([^)]*\)/g, "$1"],
  [/\[([^\]]+)\]\(([^)\s]+)[^)]*\)/g, "$1 ($2)"],
  [/(\*\*|__)(.+?)\1/g, "$2"],
  [/(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])/g, "$1"],
  [/`([^`]+)`/g, "$1"],
  [/\n{3,}/g, "\n\n"],
];

/** Markdown without its marks; lists keep a bullet, links their address. */
export function plainText(markdown: string): string {
  return RULES.reduce((text, [pattern, put]) => text.replace(pattern, put), withoutTables(markdown)).trim();
}
