// Light, dark or as the system says; kept per browser and set on <html> before the first paint of the app.

export type Theme = "system" | "light" | "dark";

const KEY = "switchboard.theme";
const dark = () => window.matchMedia("(prefers-color-scheme: dark)");

/** The theme this browser chose; `system` when it chose none. */
export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** Keep and apply a theme. */
export function chooseTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  applyTheme();
}

function applyTheme(): void {
  const theme = chosenTheme();
  document.documentElement.dataset["theme"] = theme === "system" ? (dark().matches ? "dark" : "light") : theme;
}

/** Apply the theme now and follow the system from here on. */
export function startTheme(): void {
  applyTheme();
  dark().addEventListener("change", applyTheme);
}
