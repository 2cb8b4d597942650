// Marks the words that were searched for, so that the eye finds them.

export interface Piece {
  text: string;
  hit: boolean;
}

const escape = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The text in pieces; those that match a searched word are hits. */
export function marked(text: string, words: string): Piece[] {
  const wanted = words.split(/\s+/).filter(Boolean).map(escape);
  if (wanted.length === 0) return [{ text, hit: false }];
  const pieces = text.split(new RegExp(`(${wanted.join("|")})`, "giu"));
  return pieces.map((piece, at) => ({ text: piece, hit: at % 2 === 1 })).filter((piece) => piece.text !== "");
}
