// One colour of the site, made readable: white or dark text on it, and a shade of it readable as text on the panel.

type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const NEEDED = 4.5; // WCAG 2.2, 1.4.3

const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
const css = (colour: Rgb): string => `rgb(${colour.map(Math.round).join(" ")})`;
const mix = (a: Rgb, b: Rgb, part: number): Rgb => a.map((v, i) => v + ((b[i] as number) - v) * part) as unknown as Rgb;

/** Relative luminance, WCAG 2.2. */
export function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** `colour` moved towards `end` until it can be read on `ground`. */
function readable(colour: Rgb, ground: Rgb, end: Rgb): Rgb {
  for (let part = 0; part < 1; part += 0.05) {
    const shade = mix(colour, end, part);
    if (contrast(shade, ground) >= NEEDED) return shade;
  }
  return end;
}

/** The style rules of an accent `#rrggbb`; nothing for anything else. */
export function accentRules(hex: unknown): string {
  if (typeof hex !== "string" || !/^#[0-9a-f]{6}$/i.test(hex)) return "";
  const accent = rgb(hex);
  const light = contrast(accent, WHITE) >= NEEDED;
  return [
    `:host{--accent:${hex};--on-accent:${light ? "#fff" : "#10141a"}}`,
    `.theme-light{--accent-text:${css(readable(accent, [248, 249, 251], [0, 0, 0]))}}`,
    `.theme-dark{--accent-text:${css(readable(accent, [24, 29, 36], WHITE))}}`,
  ].join("");
}

/** Is the page behind dark? By the first ground that is painted, else by what the page says of itself. */
export function pageIsDark(): boolean {
  for (const element of [document.body, document.documentElement]) {
    const parts = getComputedStyle(element).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [];
    if (parts.length >= 3 && (parts[3] ?? 1) > 0.5) return luminance(parts.slice(0, 3) as unknown as Rgb) < 0.2;
  }
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  return scheme.includes("dark") && (!scheme.includes("light") || matchMedia("(prefers-color-scheme: dark)").matches);
}
