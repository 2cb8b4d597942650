/** @jsxImportSource preact */
// Text from others, drawn as text: line breaks, safe links and, of articles, the few marks they use. Never as HTML.
import type { ComponentChildren } from "preact";
import { linked } from "../links.ts";

/** Plain text with its web addresses as links. */
export function Plain({ text }: { text: string }) {
  return (
    <>
      {linked(text).map((part) =>
        part.href ? (
          <a href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ) : (
          part.text
        ),
      )}
    </>
  );
}

const MARKS = /\*\*(.+?)\*\*|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|`([^`]+)`/g;

function inline(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const match of text.matchAll(MARKS)) {
    if (match.index > at) parts.push(<Plain text={text.slice(at, match.index)} />);
    const [whole, strong, label, href, code] = match;
    if (strong) parts.push(<strong>{strong}</strong>);
    else if (href && URL.canParse(href))
      parts.push(
        <a href={href} target="_blank" rel="noopener noreferrer nofollow">
          {label}
        </a>,
      );
    else parts.push(code ?? whole);
    at = match.index + whole.length;
  }
  if (at < text.length) parts.push(<Plain text={text.slice(at)} />);
  return parts;
}

const ITEM = /^\s*(?:[-*+]|(\d+)[.)、])\s+/;

/** An article's Markdown: headings, lists, emphasis and links; everything else as it is written. */
export function Marked({ text }: { text: string }) {
  const blocks: ComponentChildren[] = [];
  for (const block of text.split(/\n\s*\n/)) {
    const lines = block.split("\n").filter((line) => line.trim() !== "");
    if (lines.length > 0 && lines.every((line) => ITEM.test(line))) {
      const items = lines.map((line) => <li>{inline(line.replace(ITEM, ""))}</li>);
      blocks.push(ITEM.exec(lines[0] as string)?.[1] ? <ol>{items}</ol> : <ul>{items}</ul>);
    } else if (lines.length > 0) {
      const heading = /^#{1,6}\s+/.exec(lines[0] as string);
      if (heading) blocks.push(<h3>{inline((lines.shift() as string).slice(heading[0].length))}</h3>);
      if (lines.length > 0)
        blocks.push(<p>{lines.flatMap((line, at) => (at > 0 ? [<br />, inline(line)] : [inline(line)]))}</p>);
    }
  }
  return <div class="marked">{blocks}</div>;
}
