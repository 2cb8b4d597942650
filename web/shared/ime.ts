// One guard for every key handler: a key that belongs to an input method must never act on the page.

interface KeyLike {
  isComposing?: boolean;
  keyCode: number;
  nativeEvent?: { isComposing?: boolean };
}

/** Code that browsers report while an input method holds the key; Safari sends it for the Enter that confirms. */
const HELD_BY_IME = 229;

/** Does this key press belong to an input method (for example the Enter that confirms Chinese characters)? */
export function isImeKey(event: KeyLike): boolean {
  return (event.isComposing ?? event.nativeEvent?.isComposing ?? false) || event.keyCode === HELD_BY_IME;
}
