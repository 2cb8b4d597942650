// The chat of one visitor: session, line, conversation and outbox behind one store that the views draw from.
import type {
  ChatConfig,
  ChatMessage,
  ChatUpdates,
  NewChatMessage,
  PageContext,
  VisitorServerMessage,
} from "../shared/api/generated/types.gen.ts";
import { call, Refused } from "./api.ts";
import type { Line, LineToServer } from "./connection.ts";
import { type Conversation, EMPTY, lastSeq, unread, withEarlier, withMessages, withUpdates } from "./conversation.ts";
import { Outbox, type Pending } from "./outbox.ts";
import { Keep } from "./session.ts";
import { type Place, Visitor } from "./visitor.ts";

const TYPING_AGAIN_MS = 3_000;
const TYPING_OVER_MS = 5_000;
const AGENT_TYPING_MS = 6_000;

export class ChatClient {
  config: ChatConfig | null = null;
  conversation: Conversation = EMPTY;
  pending: readonly Pending[] = [];
  line: Line = "closed";
  agentTypes = false;
  /** The widget cannot be used here: switched off, or not from this site. */
  refused = false;

  readonly keep: Keep;
  /** What is asked by single requests. */
  readonly visitor: Visitor;
  private readonly outbox: Outbox;
  private readonly listeners = new Set<() => void>();
  private readonly heard = new Set<(message: ChatMessage) => void>();
  private connection: LineToServer | null = null;
  private sending = false;
  private readonly sent = new Set<string>();
  private readHere = 0;
  private toldRead = 0;
  private toldDelivered = 0;
  private typingToldAt = 0;
  private timers: Record<string, ReturnType<typeof setTimeout>> = {};

  constructor(private readonly place: Place) {
    this.keep = new Keep(place.key);
    this.visitor = new Visitor(place, this.keep);
    this.outbox = new Outbox(this.keep);
    this.pending = this.outbox.all();
    addEventListener("storage", this.onStorage);
  }

  /** Call `listener` after every change; gives back how to stop. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Call `listener` for every message that came while this page was open. */
  onMessage(listener: (message: ChatMessage) => void): void {
    this.heard.add(listener);
  }

  /** Has this browser talked here before? */
  get isKnown(): boolean {
    return this.visitor.token !== null;
  }

  get unread(): number {
    return unread(this.conversation, this.readHere);
  }

  /** Read how the widget is drawn. Throws Refused or Lost. */
  async configure(): Promise<ChatConfig> {
    this.config = await this.visitor.configure();
    this.changed();
    return this.config;
  }

  /** Be connected from now on. Throws Refused or Lost when there is no session yet and none can be had. */
  async connect(): Promise<void> {
    if (this.connection) return;
    const ticket = this.visitor.token ? null : await this.visitor.begin();
    const { LineToServer } = await import("./connection.ts");
    if (this.connection || !this.visitor.token) return;
    this.connection = new LineToServer({
      api: this.visitor.api,
      socket: `${this.place.base.replace(/^http/, "ws")}/ws/visitor?key=${this.place.key}`,
      token: this.visitor.token,
      ticket,
      has: () => ({
        conversation_id: this.conversation.id,
        after: lastSeq(this.conversation),
        state: this.conversation.state?.version ?? null,
      }),
      onUpdates: (updates) => this.take(updates),
      onFrame: (frame) => this.hear(frame),
      onLine: (line) => {
        this.line = line;
        this.changed();
        if (line === "open") void this.flush();
      },
      onUnknown: () => void this.startOver(),
    });
  }

  /** Write a message. It is kept until the server has it, whatever happens. */
  say(message: Omit<NewChatMessage, "client_id">, files: Pending["files"] = []): void {
    const client_id = crypto.randomUUID();
    this.outbox.put({ message: { client_id, ...message }, files, at: new Date().toISOString(), failed: null });
    this.typing(false);
    this.refresh();
    void this.connect().catch(() => undefined);
    void this.flush();
  }

  /** Try one again that the server had refused. */
  retry(clientId: string): void {
    const one = this.outbox.all().find((pending) => pending.message.client_id === clientId);
    if (!one) return;
    this.outbox.put({ ...one, failed: null });
    this.refresh();
    void this.flush();
  }

  /** Give one up that the server had refused. */
  discard(clientId: string): void {
    this.outbox.drop(clientId);
    this.refresh();
  }

  /** Begin the flow before anything is written. */
  async start(): Promise<void> {
    await this.connect();
    await this.connection?.send({ type: "start", client_id: crypto.randomUUID() });
  }

  /** The visitor ends the chat. */
  async end(): Promise<void> {
    await this.connection?.send({ type: "end" });
  }

  /** The visitor writes, or has stopped. */
  typing(is_typing: boolean): void {
    clearTimeout(this.timers["typing"]);
    if (is_typing) this.timers["typing"] = setTimeout(() => this.typing(false), TYPING_OVER_MS);
    if (!this.connection?.isOpen || this.conversation.state?.phase !== "talking") return;
    if (is_typing ? Date.now() - this.typingToldAt < TYPING_AGAIN_MS : this.typingToldAt === 0) return;
    this.typingToldAt = is_typing ? Date.now() : 0;
    void this.connection.send({ type: "typing", is_typing }).catch(() => undefined);
  }

  /** Everything held is on screen. */
  read(): void {
    const seq = lastSeq(this.conversation);
    if (seq <= this.readHere) return;
    this.readHere = seq;
    this.changed();
    this.tellMarks();
  }

  /** Tell where the visitor is; only ever with consent. */
  page(page: PageContext): void {
    void this.connection?.send({ type: "page", page }).catch(() => undefined);
  }

  /** Read older messages. */
  async earlier(): Promise<void> {
    const before = this.conversation.messages[0]?.seq;
    if (before === undefined || !this.visitor.token) return;
    const url = `${this.visitor.api}/messages?before=${before}&limit=50`;
    const { messages, earlier } = await call<{ messages: ChatMessage[]; earlier: boolean }>("GET", url, this.visitor.token);
    this.conversation = withEarlier(this.conversation, messages, earlier);
    this.changed();
  }

  /** Be the person the site says, by its signed token. Another person than before starts over first. */
  async identify(identity_token: string): Promise<void> {
    try {
      await this.visitor.identify(identity_token);
    } catch (error) {
      if (!(error instanceof Refused && error.code === "identity_conflict")) throw error;
      this.forget();
      await this.visitor.identify(identity_token);
    }
    await this.connect();
  }

  /** Nobody again: what was written stays on the server and is not shown here any more. */
  forget(): void {
    this.connection?.close();
    this.connection = null;
    this.visitor.forget();
    this.outbox.clear();
    this.readHere = this.toldRead = this.toldDelivered = 0;
    this.conversation = EMPTY;
    this.line = "closed";
    this.refresh();
  }

  /** The server has forgotten this visitor: a new session; what was not sent goes there. */
  private async startOver(): Promise<void> {
    this.connection?.close();
    this.connection = null;
    this.visitor.forget();
    this.conversation = EMPTY;
    this.readHere = this.toldRead = this.toldDelivered = 0;
    try {
      await this.connect();
    } catch {
      this.timers["over"] = setTimeout(() => void this.connect().catch(() => undefined), TYPING_OVER_MS);
    }
  }

  private hear(frame: VisitorServerMessage): void {
    if (frame.type === "updates") this.take(frame.updates);
    else if (frame.type === "events") this.add(frame.events);
    else if (frame.type === "state") {
      this.conversation = { ...this.conversation, state: frame.state };
      this.changed();
    } else if (frame.type === "typing") {
      this.agentTypes = frame.is_typing;
      clearTimeout(this.timers["agent"]);
      this.timers["agent"] = setTimeout(() => this.hear({ type: "typing", is_typing: false }), AGENT_TYPING_MS);
      this.changed();
    }
  }

  private take(updates: ChatUpdates): void {
    const before = this.conversation;
    this.conversation = withUpdates(before, updates);
    this.outbox.confirm(updates.messages);
    if (before.state && updates.mode === "resume") this.announce(updates.messages, lastSeq(before));
    this.refresh();
    this.tellMarks();
  }

  private add(messages: readonly ChatMessage[]): void {
    const before = lastSeq(this.conversation);
    const { conversation, gap } = withMessages(this.conversation, messages);
    this.conversation = conversation;
    this.outbox.confirm(messages);
    this.announce(messages, before);
    this.refresh();
    this.tellMarks();
    if (gap) this.reconnect();
  }

  private announce(messages: readonly ChatMessage[], after: number): void {
    for (const message of messages)
      if (message.seq > after && message.seq <= lastSeq(this.conversation))
        for (const listener of this.heard) listener(message);
    if (messages.some((message) => message.sender === "agent")) this.agentTypes = false;
  }

  /** Something is missing between: begin anew from the last one held. */
  private reconnect(): void {
    this.connection?.close();
    this.connection = null;
    void this.connect().catch(() => undefined);
  }

  private tellMarks(): void {
    const held = lastSeq(this.conversation);
    const marks = this.conversation.state?.marks;
    if (!marks || !this.connection?.isOpen) return;
    if (this.readHere > Math.max(marks.read, this.toldRead)) {
      this.toldRead = this.readHere;
      void this.connection.send({ type: "read", seq: this.readHere }).catch(() => undefined);
    } else if (held > Math.max(marks.delivered, this.toldDelivered)) {
      this.toldDelivered = held;
      void this.connection.send({ type: "delivered", seq: held }).catch(() => undefined);
    }
  }

  /** Send what is unconfirmed, in its order, one at a time. */
  private async flush(): Promise<void> {
    if (this.sending || !this.connection?.isOpen) return;
    this.sending = true;
    try {
      for (let next = this.nextPending(); next && this.connection?.isOpen; next = this.nextPending())
        await this.deliver(next);
    } finally {
      this.sending = false;
    }
  }

  private nextPending(): Pending | undefined {
    return this.outbox.all().find((one) => one.failed === null && !this.sent.has(one.message.client_id));
  }

  private async deliver(pending: Pending): Promise<void> {
    try {
      const stored = await this.connection?.send({ type: "message", ...pending.message });
      if (!stored) return;
      this.sent.add(pending.message.client_id); // shown as sent when its turn in the conversation comes
      const { conversation, gap } = withMessages(this.conversation, [stored]);
      if (!gap) {
        this.conversation = conversation;
        this.outbox.confirm([stored]);
      }
      this.refresh();
    } catch (error) {
      const again = error instanceof Refused ? error.retryAfter : 0;
      if (again === null) this.outbox.put({ ...pending, failed: (error as Error).message });
      else await new Promise((resolve) => setTimeout(resolve, Math.max(again * 1000, 500)));
      this.refresh();
    }
  }

  private onStorage = (event: StorageEvent): void => {
    if (this.keep.isAbout(event, "outbox")) this.refresh();
    if (!this.keep.isAbout(event, "token") || event.newValue === this.visitor.token) return;
    this.connection?.close(); // another tab has signed in or out
    this.connection = null;
    this.visitor.token = event.newValue;
    this.conversation = EMPTY;
    this.readHere = this.toldRead = this.toldDelivered = 0;
    this.refresh();
    if (this.visitor.token) void this.connect().catch(() => undefined);
  };

  private refresh(): void {
    this.pending = this.outbox.all();
    this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
