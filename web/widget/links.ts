// Web addresses in a text as links, and nothing else: no other scheme, no markup.

export interface Part {
  readonly text: string;
  readonly href?: string;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"'「」（）()【】，。；！？]+/giu;
const TRAILING = /[.,;:!?'"\])}]+$/;

/** The text in parts; a part with `href` is an http or https address. */
export function linked(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TRAILING, "");
    if (!URL.canParse(address)) continue;
    if (match.index > at) parts.push({ text: text.slice(at, match.index) });
    parts.push({ text: address, href: new URL(address).href });
    at = match.index + address.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}
