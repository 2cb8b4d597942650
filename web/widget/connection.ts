// One line to the server: a socket, or the same by HTTP where sockets are blocked. It reconnects by itself with growing
// pauses and jitter, and knows nothing of what the frames mean.
import type {
  ChatMessage,
  ChatTicket,
  ChatUpdates,
  PolledUpdates,
  VisitorClientMessage,
  VisitorServerMessage,
} from "../shared/api/generated/types.gen.ts";
import { call, Lost, Refused } from "./api.ts";

export type Line = "connecting" | "open" | "lost" | "closed";

/** A frame without its number, which the line gives. */
export type Frame = VisitorClientMessage extends infer F ? (F extends { id: number } ? Omit<F, "id"> : never) : never;

export interface LineOptions {
  /** `https://host/api/v1/chat` */
  readonly api: string;
  /** `wss://host/ws/visitor?key=…` */
  readonly socket: string;
  readonly token: string;
  /** Good for the first socket. */
  ticket: string | null;
  /** What the client holds. */
  readonly has: () => { conversation_id: string | null; after: number; state: string | null };
  readonly onUpdates: (updates: ChatUpdates) => void;
  readonly onFrame: (frame: VisitorServerMessage) => void;
  readonly onLine: (line: Line) => void;
  /** The server knows this visitor no more: a new session is needed. */
  readonly onUnknown: () => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;
const WELCOME_MS = 5_000;
const RESULT_MS = 10_000;
const SOCKETS_AGAIN_MS = 180_000;
const POLL_SECONDS = 25;

interface Waiting {
  resolve: (message: ChatMessage | null) => void;
  reject: (error: Error) => void;
}

export class LineToServer {
  private socket: WebSocket | null = null;
  private polling: AbortController | null = null;
  private waiting = new Map<number, Waiting>();
  private number = 0;
  private pause = FIRST_PAUSE_MS;
  private unwelcome = 0;
  private closed = false;
  private welcomed = false;
  private silenceMs = 90_000;
  private timers: Record<string, ReturnType<typeof setTimeout>> = {};

  constructor(private readonly options: LineOptions) {
    addEventListener("online", this.again);
    document.addEventListener("visibilitychange", this.again);
    void this.connect();
  }

  /** Send one frame; resolves when the server has committed it. Rejects with Refused, or Lost: send it again later. */
  send(frame: Frame): Promise<ChatMessage | null> {
    if (this.socket && this.welcomed) return this.overSocket(this.socket, frame);
    if (this.polling) return this.overHttp(frame);
    return Promise.reject(new Lost());
  }

  /** Is there a way to the server now? */
  get isOpen(): boolean {
    return this.polling !== null || this.welcomed;
  }

  /** End it for good. */
  close(): void {
    this.closed = true;
    removeEventListener("online", this.again);
    document.removeEventListener("visibilitychange", this.again);
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
    this.polling?.abort();
    this.socket?.close(1000);
    this.drop();
    this.options.onLine("closed");
  }

  /** Back from sleep or with the network again: at once, not after the pause. */
  private again = (): void => {
    if (this.closed || document.hidden || this.socket || this.polling) return;
    this.pause = FIRST_PAUSE_MS;
    this.later("connect", 0, () => void this.connect());
  };

  private later(name: string, ms: number, what: () => void): void {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(what, ms);
  }

  private async connect(): Promise<void> {
    if (this.closed || this.socket) return;
    let ticket: string;
    try {
      ticket = this.options.ticket ?? (await this.newTicket());
      this.options.ticket = null;
    } catch (error) {
      return this.onRefusal(error as Error, () => this.lost());
    }
    if (this.closed || this.socket) return;
    const socket = new WebSocket(this.options.socket);
    this.socket = socket;
    this.later("welcome", WELCOME_MS, () => socket.close());
    socket.onopen = () => {
      const { conversation_id, after } = this.options.has();
      this.write(socket, { type: "hello", ticket, conversation_id, after });
    };
    socket.onmessage = (event) => this.hear(socket, JSON.parse(String(event.data)) as VisitorServerMessage);
    socket.onclose = (event) => {
      if (this.socket === socket) this.onClose(event.code);
    };
  }

  private async newTicket(): Promise<string> {
    return (await call<ChatTicket>("POST", `${this.options.api}/tickets`, this.options.token)).ticket;
  }

  private hear(socket: WebSocket, frame: VisitorServerMessage): void {
    if (this.socket !== socket) return;
    if (frame.type === "welcome") {
      clearTimeout(this.timers["welcome"]);
      this.welcomed = true;
      this.unwelcome = 0;
      this.pause = FIRST_PAUSE_MS;
      this.polling?.abort();
      this.polling = null;
      this.beat(socket, frame.heartbeat_seconds * 1000);
      this.options.onUpdates(frame.updates);
      this.options.onLine("open");
      return;
    }
    if (frame.type === "result") {
      this.settle(frame.reply_to)?.resolve(frame.message);
    } else if (frame.type === "error") {
      const refused = new Refused(0, frame.code, frame.message, frame.retry_after_seconds);
      if (frame.reply_to !== null) this.settle(frame.reply_to)?.reject(refused);
    }
    this.later("silence", this.silenceMs, () => socket.close());
    this.options.onFrame(frame);
  }

  private beat(socket: WebSocket, everyMs: number): void {
    this.silenceMs = everyMs * 3;
    this.later("silence", this.silenceMs, () => socket.close());
    const next = () => {
      if (this.socket !== socket) return;
      this.write(socket, { type: "heartbeat" });
      this.later("beat", everyMs, next);
    };
    this.later("beat", everyMs, next);
  }

  private onClose(code: number): void {
    const wasWelcome = this.welcomed;
    this.socket = null;
    this.welcomed = false;
    for (const name of ["welcome", "beat", "silence"]) clearTimeout(this.timers[name]);
    this.drop();
    if (this.closed) return;
    if (code === 4403) return this.close(); // this site may not use the key, or the visitor is blocked: quietly
    if (!wasWelcome && code !== 4401 && ++this.unwelcome >= 2) {
      this.later("connect", SOCKETS_AGAIN_MS, () => void this.connect());
      if (!this.polling) void this.poll();
      return;
    }
    this.lost();
  }

  private lost(): void {
    if (this.polling) return;
    this.options.onLine("lost");
    this.later("connect", this.pause * (0.5 + Math.random()), () => void this.connect());
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }

  private onRefusal(error: Error, otherwise: () => void): void {
    if (this.closed) return;
    if (error instanceof Refused && error.status === 401) this.options.onUnknown();
    else if (error instanceof Refused && error.status < 500 && error.retryAfter === null) this.close();
    else otherwise();
  }

  /** Long polls until a socket is there again. */
  private async poll(): Promise<void> {
    const polling = new AbortController();
    this.polling = polling;
    this.options.onLine("open");
    while (this.polling === polling && !this.closed) {
      const { conversation_id, after, state } = this.options.has();
      const query = new URLSearchParams({ after: String(after), wait: String(POLL_SECONDS) });
      if (conversation_id) query.set("conversation_id", conversation_id);
      if (state) query.set("state", state);
      try {
        const url = `${this.options.api}/updates?${query}`;
        const options = { timeoutMs: (POLL_SECONDS + 10) * 1000, signal: polling.signal };
        const answer = await call<PolledUpdates>("GET", url, this.options.token, undefined, options);
        if (this.polling !== polling) return;
        this.pause = FIRST_PAUSE_MS;
        this.options.onUpdates(answer.updates);
        this.options.onLine("open");
      } catch (error) {
        if (this.polling !== polling || this.closed) return;
        this.polling = null;
        return this.onRefusal(error as Error, () => {
          this.unwelcome = 0;
          this.lost();
        });
      }
    }
  }

  private write(socket: WebSocket, frame: Frame): number {
    this.number += 1;
    socket.send(JSON.stringify({ id: this.number, ...frame }));
    return this.number;
  }

  private overSocket(socket: WebSocket, frame: Frame): Promise<ChatMessage | null> {
    const id = this.write(socket, frame);
    if (!["message", "start", "end"].includes(frame.type)) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.settle(id)?.reject(new Lost()), RESULT_MS);
      this.waiting.set(id, {
        resolve: (message) => (clearTimeout(timer), resolve(message)),
        reject: (error) => (clearTimeout(timer), reject(error)),
      });
    });
  }

  private overHttp(frame: Frame): Promise<ChatMessage | null> {
    const { type, ...body } = frame;
    const post = (path: string, what?: unknown) =>
      call<ChatMessage | null>("POST", `${this.options.api}/${path}`, this.options.token, what);
    if (type === "message") return post("messages", body);
    if (type === "start" || type === "end") return post(type, body).then(() => null);
    if (frame.type === "typing") return post("signals", { typing: frame.is_typing });
    if (frame.type === "delivered" || frame.type === "read") return post("signals", { [frame.type]: frame.seq });
    if (frame.type === "page") return post("signals", { page: frame.page });
    return Promise.resolve(null);
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    return waiting;
  }

  private drop(): void {
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const one of all) one.reject(new Lost());
  }
}
