// Puts console and simulator side by side: the console gets a window of its own on the right half of the screen.

export type SideBySide = "placed" | "move_this" | "blocked";

/** Opens the console on the right half. `move_this`: the browser does not let this window be moved by the page. */
export function openSideBySide(consoleUrl: string): SideBySide {
  const { availWidth, availHeight } = window.screen;
  const { availLeft = 0, availTop = 0 } = window.screen as { availLeft?: number; availTop?: number };
  const half = Math.floor(availWidth / 2);
  const place = `popup,left=${availLeft + half},top=${availTop},width=${half},height=${availHeight}`;
  const opened = window.open(consoleUrl, "switchboard-console", place);
  if (!opened) return "blocked";
  opened.focus();
  window.moveTo(availLeft, availTop);
  window.resizeTo(half, availHeight);
  return window.outerWidth > half ? "move_this" : "placed";
}
