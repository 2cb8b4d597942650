// The one way to the service's REST API: JSON in and out, problem+json errors, a time limit on every call.

/** An error the service answered, in the words of RFC 9457. `detail` can be shown; `code` is for decisions. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly fields: readonly { field: string; message: string }[] = [],
    /** What this kind of error carries besides, by the names of the problem document. */
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.name = "Problem";
  }
}

/** The service gave no answer: no network, stopped, or slower than the time limit. */
export class Unreachable extends Error {
  constructor(readonly timedOut: boolean) {
    super(timedOut ? "The service did not answer in time." : "The service cannot be reached.");
    this.name = "Unreachable";
  }
}

/** What the generated types say of one operation: where it is and what it takes. */
export interface Operation {
  url: string;
  path?: Record<string, string>;
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
}

/** Only those of path, query and body that the operation has; optional where it has none. */
export type Arguments<O extends Operation> = Omit<O, "url"> & {
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Of a body that is a file and goes as it is. */
  contentType?: string;
};

const TIMEOUT_MS = 10_000;

function address({ url, path = {}, query = {} }: Operation): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value != null) params.set(name, String(value));
  const filled = url.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ""));
  return params.size > 0 ? `${filled}?${params}` : filled;
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as Record<string, unknown>;
    const word = (key: string, other: string) => (typeof body[key] === "string" ? body[key] : other);
    const fields = Array.isArray(body["errors"]) ? (body["errors"] as { field: string; message: string }[]) : [];
    const title = word("title", response.statusText);
    return new Problem(response.status, word("code", "unknown"), title, word("detail", title), fields, body);
  } catch {
    return new Problem(response.status, "unknown", response.statusText, `HTTP ${response.status}`);
  }
}

function bodyOf(body: unknown, contentType: string | undefined): string | undefined {
  if (body === undefined) return undefined;
  return contentType ? String(body) : JSON.stringify(body);
}

/**
 * Call one operation of the service: `call<FaqSearchData, FaqSearchResponse>("GET", "/api/v1/faq/search", …)`.
 * @throws Problem when refused, Unreachable when there is no answer.
 */
export async function call<O extends Operation, Answer>(
  method: "GET" | "POST" | "PUT" | "DELETE",
  url: O["url"],
  options: Arguments<O> = {} as Arguments<O>,
): Promise<Answer> {
  const limit = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const headers: Record<string, string> = { Accept: "application/json", "X-Requested-With": "switchboard" };
  if (options.body !== undefined) headers["Content-Type"] = options.contentType ?? "application/json";
  let response: Response;
  try {
    response = await fetch(address({ ...options, url }), {
      method,
      headers,
      credentials: "same-origin",
      signal: options.signal ? AbortSignal.any([limit, options.signal]) : limit,
      body: bodyOf(options.body, options.contentType),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Unreachable(limit.aborted);
  }
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}
