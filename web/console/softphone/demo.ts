// Browser phone for the demo: a websocket to the phone simulator that plays the part of the media gateway.
// It carries no sound; everything else behaves as with a real carrier, including being cut off and coming back.
import type { SoftphoneToken } from "../../shared/api/index.ts";
import { backoffMs } from "../socket/backoff.ts";
import { SILENT, type Softphone, type SoftphoneCall, type SoftphoneParts, type SoftphoneView } from "./softphone.ts";

type Frame =
  | { type: "registered"; identity: string }
  | { type: "incoming"; call_sid: string; from: string; params: Record<string, string> }
  | { type: "connected" | "canceled"; call_sid: string }
  | { type: "disconnected"; call_sid: string; reason: string }
  | { type: "hold"; call_sid: string; on: boolean }
  | { type: "peers"; call_sid: string; labels: string[] }
  | { type: "error"; code: string; message: string };

export class DemoSoftphone implements Softphone {
  private view: SoftphoneView = SILENT;
  private socket: WebSocket | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  /** The call at the time the connection was lost, so that it comes back as it was, muted or not. */
  private before: SoftphoneCall | null = null;
  private stopped = true;

  constructor(
    private readonly parts: SoftphoneParts,
    private readonly open: (url: string) => WebSocket = (url) => new WebSocket(url),
  ) {}

  start(): void {
    this.stopped = false;
    this.show({ status: "registering", failure: null });
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.drop();
    this.show(SILENT);
  }

  answer(): void {
    const call = this.view.call;
    if (call?.state !== "incoming") return;
    this.changeCall({ state: "answering" });
    this.send({ type: "accept", call_sid: call.callSid });
  }

  hangUp(): void {
    if (this.view.call) this.send({ type: "hangup", call_sid: this.view.call.callSid });
  }

  mute(on: boolean): void {
    if (!this.view.call) return;
    this.send({ type: "mute", call_sid: this.view.call.callSid, on });
    this.changeCall({ muted: on });
  }

  press(keys: string): void {
    if (this.view.call) this.send({ type: "digits", call_sid: this.view.call.callSid, digits: keys });
  }

  private async connect(): Promise<void> {
    let token: SoftphoneToken;
    try {
      token = await this.parts.token();
    } catch {
      return this.lost("token");
    }
    if (this.stopped) return;
    const socket = this.open(token.url ?? "");
    this.socket = socket;
    socket.onopen = () => this.send({ type: "register", token: token.token });
    socket.onmessage = (event) => this.received(JSON.parse(String(event.data)) as Frame);
    socket.onclose = () => this.lost("unreachable");
  }

  private received(frame: Frame): void {
    switch (frame.type) {
      case "registered":
        return this.registered();
      case "incoming":
        return this.show({ call: ringing(frame.call_sid, frame.params["leg"] ?? null) });
      case "connected":
        return this.connected(frame.call_sid);
      case "canceled":
      case "disconnected":
        return this.ifCurrent(frame.call_sid, () => this.show({ call: null }));
      case "error":
        return this.show({ status: "failed", failure: "refused" });
      case "hold":
      case "peers":
        return; // the service tells the console of both, and it is the one to believe
    }
  }

  /** What still lives is told of next (`incoming`, `connected`); a call that ended meanwhile is not. */
  private registered(): void {
    this.attempt = 0;
    this.before = this.view.call;
    this.show({ status: "ready", failure: null, call: null });
  }

  /** Our answer took effect; or, after a reload of the page, the call that went on without us is ours again. */
  private connected(callSid: string): void {
    const known = [this.view.call, this.before].find((call) => call?.callSid === callSid);
    const call = known ?? ringing(callSid, null);
    this.show({ call: { ...call, state: "connected", interrupted: false } });
  }

  private ifCurrent(callSid: string, act: () => void): void {
    if (this.view.call?.callSid === callSid) act();
  }

  private lost(failure: "token" | "unreachable"): void {
    this.drop();
    if (this.stopped) return;
    const refused = this.view.status === "failed";
    const wasReady = this.view.status === "ready" || this.view.status === "reconnecting";
    this.show({
      status: wasReady ? "reconnecting" : "failed",
      failure: refused ? this.view.failure : failure,
      call: this.view.call && { ...this.view.call, interrupted: true },
    });
    this.retry = setTimeout(() => void this.connect(), backoffMs(this.attempt++, Math.random()));
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private send(frame: Record<string, unknown>): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private changeCall(change: Partial<SoftphoneCall>): void {
    if (this.view.call) this.show({ call: { ...this.view.call, ...change } });
  }

  private show(change: Partial<SoftphoneView>): void {
    this.view = { ...this.view, ...change };
    this.parts.onChange(this.view);
  }
}

const ringing = (callSid: string, leg: string | null): SoftphoneCall => ({
  callSid,
  leg,
  state: "incoming",
  muted: false,
  interrupted: false,
});
