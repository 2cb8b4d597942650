// Lays out a TwiML document for reading: one element a line, text kept with its element. Never changes content.

const TOKEN = /<[^>]*>|[^<]+/g;
const INDENT = "  ";

/** Whether a body is worth laying out as XML. */
export function looksLikeXml(body: string): boolean {
  return /^\s*<(\?xml|[A-Za-z])/.test(body);
}

/** The document with one element a line; what cannot be read as XML is returned as it came. */
export function prettyXml(source: string): string {
  const tokens = (source.match(TOKEN) ?? []).map((token) => token.trim()).filter((token) => token !== "");
  const lines: string[] = [];
  let depth = 0;
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i] ?? "";
    if (token.startsWith("</")) {
      depth -= 1;
      if (depth < 0) return source;
      lines.push(INDENT.repeat(depth) + token);
      continue;
    }
    const opens = token.startsWith("<") && !/^<[?!]|\/>$/.test(token);
    const text = tokens[i + 1] ?? "";
    const close = tokens[i + 2] ?? "";
    if (opens && text.startsWith("</")) {
      lines.push(INDENT.repeat(depth) + token + text);
      i += 1;
    } else if (opens && !text.startsWith("<") && close.startsWith("</")) {
      lines.push(INDENT.repeat(depth) + token + text + close);
      i += 2;
    } else {
      lines.push(INDENT.repeat(depth) + token);
      if (opens) depth += 1;
    }
  }
  return depth === 0 ? lines.join("\n") : source;
}
