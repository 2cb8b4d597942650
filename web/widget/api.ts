// The widget's way to the REST side of the chat: a time limit on every call, problem documents (RFC 9457) as errors.

/** What the server refused. `retryAfter` (seconds): the same may be asked again then. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }
}

/** No answer: no network, blocked, or too slow. */
export class Lost extends Error {}

const TIMEOUT_MS = 10_000;

/** One call. `token` null: without. Throws Refused or Lost. */
export async function call<T>(
  method: "GET" | "POST",
  url: string,
  token: string | null,
  body?: unknown,
  options: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<T> {
  const headers: Record<string, string> = {};
  if (token) headers["Authorization"] = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const limit = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([limit, options.signal]) : limit;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers,
      signal,
      credentials: "omit",
      cache: "no-store",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch {
    throw new Lost();
  }
  if (response.ok) return (text ? JSON.parse(text) : null) as T;
  throw refusal(response.status, text, response.headers.get("Retry-After"));
}

/** The error a problem document says; anything else (a proxy's page) is as if there had been no answer when 5xx. */
export function refusal(status: number, text: string, retryAfter: string | null): Refused {
  let problem: Record<string, unknown> = {};
  try {
    problem = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // not ours
  }
  const told = Number(problem["retry_after_seconds"] ?? retryAfter ?? NaN);
  const again = Number.isFinite(told) ? told : status >= 500 || status === 429 ? 5 : null;
  return new Refused(status, String(problem["code"] ?? "unknown"), String(problem["detail"] ?? `HTTP ${status}`), again);
}
