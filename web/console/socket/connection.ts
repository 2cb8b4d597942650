// One WebSocket to the service, kept open: ticket, hello, heartbeats, and resuming where the streams stood.
// It decides when to connect; what a frame means is the reducer's business.
import type { ClientMessage, ServerMessage, Welcome } from "../../shared/api/index.ts";
import { backoffMs } from "./backoff.ts";

export type ConnectionStatus = "connecting" | "open" | "reconnecting" | "signed_out" | "replaced" | "closed";

/** Close codes of `/ws/agent`. */
const SIGNED_OUT = 4401;
const REPLACED = 4409;

/** A service that answers neither hello nor heartbeat is lost; the network may not tell us. */
const ANSWER_WITHIN_MS = 6_000;

export interface ConnectionParts {
  ticket(): Promise<string>;
  open(): WebSocket;
  /** Calls back every `ms` until the returned function is called; must not slow down in a background tab. */
  every(ms: number, tick: () => void): () => void;
  /** The last number seen of each stream. */
  positions(): Record<string, number>;
  /** Apply a frame; returns the stream with a gap, or null. */
  receive(message: ServerMessage): string | null;
  onStatus(status: ConnectionStatus): void;
  onWelcome?(welcome: Welcome): void;
  isSignedOut(error: unknown): boolean;
}

type WithoutId<M> = M extends { id: number } ? Omit<M, "id"> : never;
export type Command = WithoutId<ClientMessage>;

export class Connection {
  private socket: WebSocket | null = null;
  private status: ConnectionStatus = "closed";
  private nextId = 1;
  private attempt = 0;
  private stopBeats: (() => void) | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private answerBy: ReturnType<typeof setTimeout> | undefined;
  /** Where the service stood at the last heartbeat; not reached by the next one means frames were lost. */
  private promised: Record<string, number> = {};

  constructor(private readonly parts: ConnectionParts) {}

  /** Connect and stay connected until `stop`. */
  start(): void {
    if (this.status === "connecting" || this.status === "open" || this.status === "reconnecting") return;
    this.show("connecting");
    void this.connect();
  }

  /** Close for good. */
  stop(): void {
    this.dropSocket();
    clearTimeout(this.retry);
    this.show("closed");
  }

  /** Try at once instead of waiting (the network came back, the tab was shown). */
  hurry(): void {
    if (this.status !== "reconnecting" || this.socket) return;
    clearTimeout(this.retry);
    void this.connect();
  }

  /** Send a command; false when there is no open connection. */
  send(command: Command): boolean {
    if (this.status !== "open" || !this.socket) return false;
    this.socket.send(JSON.stringify({ id: this.nextId++, ...command }));
    return true;
  }

  private show(status: ConnectionStatus): void {
    if (status === this.status) return;
    this.status = status;
    this.parts.onStatus(status);
  }

  private async connect(): Promise<void> {
    let ticket: string;
    try {
      ticket = await this.parts.ticket();
    } catch (error) {
      if (this.parts.isSignedOut(error)) this.show("signed_out");
      else this.later();
      return;
    }
    if (this.status !== "connecting" && this.status !== "reconnecting") return;
    const socket = this.parts.open();
    this.socket = socket;
    socket.onopen = () =>
      socket.send(JSON.stringify({ id: this.nextId++, type: "hello", ticket, streams: this.parts.positions() }));
    socket.onmessage = (event) => this.received(JSON.parse(String(event.data)) as ServerMessage);
    socket.onclose = (event) => this.closed(event.code);
    this.expectAnswer();
  }

  private received(message: ServerMessage): void {
    clearTimeout(this.answerBy);
    if (message.type === "welcome") this.welcomed(message);
    const gap = this.parts.receive(message);
    if (gap !== null) return this.lost();
    if (message.type === "heartbeat") this.compare(message.streams);
  }

  private welcomed(welcome: Welcome): void {
    this.attempt = 0;
    this.promised = {};
    this.stopBeats?.();
    this.stopBeats = this.parts.every(welcome.heartbeat_seconds * 1000, () => this.beat());
    this.show("open");
    this.parts.onWelcome?.(welcome);
  }

  private beat(): void {
    if (this.send({ type: "heartbeat" })) this.expectAnswer();
  }

  /** A number promised one heartbeat ago and still not seen is a gap nobody will fill. */
  private compare(streams: Record<string, number>): void {
    const seen = this.parts.positions();
    const behind = Object.entries(this.promised).some(([stream, seq]) => (seen[stream] ?? seq) < seq);
    this.promised = streams;
    if (behind) this.lost();
  }

  private expectAnswer(): void {
    clearTimeout(this.answerBy);
    this.answerBy = setTimeout(() => this.lost(), ANSWER_WITHIN_MS);
  }

  private lost(): void {
    this.dropSocket();
    this.later();
  }

  private closed(code: number): void {
    this.dropSocket();
    if (code === SIGNED_OUT) this.show("signed_out");
    else if (code === REPLACED) this.show("replaced");
    else this.later();
  }

  private dropSocket(): void {
    clearTimeout(this.answerBy);
    this.stopBeats?.();
    this.stopBeats = null;
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private later(): void {
    this.show("reconnecting");
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.connect(), backoffMs(this.attempt++, Math.random()));
  }
}
