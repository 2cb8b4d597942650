// How many SMS a text becomes: 3GPP TS 23.038 (the GSM 7-bit alphabet and its extension), TS 23.040 (the header that
// parts of a long one carry). The customer sees one text; the carrier bills each part.

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "^{}\\[~]|€\f";

export interface Segments {
  /** How many SMS. */
  count: number;
  /** Characters as the network counts them. */
  used: number;
}

/** Count the parts of a text. */
export function segmentsOf(text: string): Segments {
  let septets = 0;
  for (const letter of text) {
    if (BASIC.includes(letter)) septets += 1;
    else if (EXTENDED.includes(letter)) septets += 2;
    else return parts(text.length, 70, 67); // UCS-2: 16-bit units, of which an emoji has two
  }
  return parts(septets, 160, 153);
}

function parts(used: number, alone: number, each: number): Segments {
  return { used, count: used === 0 ? 0 : used <= alone ? 1 : Math.ceil(used / each) };
}
