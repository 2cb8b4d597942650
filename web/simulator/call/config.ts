// Where the simulator and the console are, as the service that serves this page says.

export interface PageConfig {
  readonly control_url: string;
  readonly console_url: string;
}

const ADDRESS = "/simulator/config.json";
const TIMEOUT = 5_000; // ms

/** Reads the page's configuration; null when no simulator runs beside the service. Rejects when it cannot be had. */
export async function readConfig(): Promise<PageConfig | null> {
  const response = await fetch(ADDRESS, { signal: AbortSignal.timeout(TIMEOUT) });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${ADDRESS} answered ${response.status}`);
  const config = (await response.json()) as Partial<PageConfig>;
  if (typeof config.control_url !== "string") throw new Error(`${ADDRESS} has no control_url`);
  return { control_url: config.control_url, console_url: config.console_url ?? "/console" };
}
