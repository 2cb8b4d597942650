// Browser phone on Twilio Voice. The SDK is 45 KB and needed by this back end alone, so it is loaded when used.
// Every sound is ours: the SDK would otherwise fetch fifteen files from its maker's host.
import type { Call, Device } from "@twilio/voice-sdk";
import type { SoftphoneToken } from "../../shared/api/index.ts";
import { backoffMs } from "../socket/backoff.ts";
import ended from "./ended.wav";
import silence from "./silence.wav";
import {
  SILENT,
  type Softphone,
  type SoftphoneCall,
  type SoftphoneFailure,
  type SoftphoneParts,
  type SoftphoneView,
} from "./softphone.ts";
import { failureOf } from "./twilioErrors.ts";

const KEY_TONES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "s", "h"].map((key) => `dtmf${key}`);

/** The console rings by itself, so that the tone is tied to the offer; the SDK stays quiet until the end. */
const SOUNDS: Record<string, string> = {
  ...Object.fromEntries([...KEY_TONES, "incoming", "outgoing"].map((name) => [name, silence])),
  disconnect: ended,
};

/** So long before its end a token is replaced: time for several attempts. */
const REFRESH_MS = 60_000;

/** The device made of a token. `chunderw` is no documented option: it names another signalling server, for tests. */
export type MakeDevice = (token: SoftphoneToken, closeQuestion: string) => Promise<Device | null>;

/** The real SDK; null where the browser cannot make calls. */
export const sdkDevice: MakeDevice = async ({ token, edges, gateway }, closeQuestion) => {
  const sdk = await import("@twilio/voice-sdk");
  if (!sdk.Device.isSupported) return null;
  const options: Device.Options & { chunderw?: string } = {
    sounds: SOUNDS,
    closeProtection: closeQuestion,
    tokenRefreshMs: REFRESH_MS,
  };
  if (edges.length) options.edge = edges;
  if (gateway) options.chunderw = gateway;
  return new sdk.Device(token, options);
};

export class TwilioSoftphone implements Softphone {
  private view: SoftphoneView = SILENT;
  private device: Device | null = null;
  private call: Call | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private stopped = true;

  constructor(
    private readonly parts: SoftphoneParts,
    private readonly closeQuestion: string,
    private readonly make: MakeDevice = sdkDevice,
  ) {}

  start(): void {
    this.stopped = false;
    this.show({ status: "registering", failure: null });
    void this.register();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.drop();
    this.call = null;
    this.show(SILENT);
  }

  answer(): void {
    if (!this.call || this.view.call?.state !== "incoming") return;
    this.changeCall({ state: "answering" });
    this.call.accept();
  }

  hangUp(): void {
    if (this.view.call?.state === "incoming") this.call?.reject();
    else this.call?.disconnect();
  }

  mute(on: boolean): void {
    this.call?.mute(on);
  }

  press(keys: string): void {
    this.call?.sendDigits(keys);
  }

  private async register(): Promise<void> {
    let token: SoftphoneToken;
    try {
      token = await this.parts.token();
    } catch {
      return this.again("token");
    }
    if (this.stopped) return;
    try {
      const device = await this.make(token, this.closeQuestion);
      if (!device) return this.fail("unsupported");
      if (this.stopped) return device.destroy();
      this.device = device;
      this.listen(device);
      await device.register();
    } catch {
      this.again("unreachable");
    }
  }

  private listen(device: Device): void {
    const ifCurrent = (act: () => void) => () => {
      if (this.device === device) act();
    };
    device.on("registered", ifCurrent(() => this.registered()));
    device.on("unregistered", ifCurrent(() => this.show({ status: "reconnecting" })));
    device.on("tokenWillExpire", ifCurrent(() => void this.renew(device)));
    device.on("incoming", (call: Call) => this.incoming(call));
    device.on("error", (error: { code: number }) => {
      if (this.device === device) this.failed(failureOf(error.code));
    });
  }

  private registered(): void {
    this.attempt = 0;
    this.show({ status: "ready", failure: null });
  }

  private failed(failure: SoftphoneFailure): void {
    // a call that goes on is not given up for the sake of the registration
    if (failure === "token" && !this.call) return this.again("token");
    // the SDK connects anew by itself, and says so by `registered`
    if (failure === "unreachable" && this.view.status !== "registering") return this.show({ status: "reconnecting" });
    this.fail(failure);
  }

  /** A new token before the old one ends; tried until it is there, for a phone without one does not ring. */
  private async renew(device: Device): Promise<void> {
    try {
      const { token } = await this.parts.token();
      if (this.device !== device) return;
      device.updateToken(token);
      this.attempt = 0;
    } catch {
      if (this.device === device) this.later(() => void this.renew(device));
    }
  }

  /** Begin anew with a fresh token, after a pause that grows. */
  private again(failure: SoftphoneFailure): void {
    if (this.stopped) return;
    this.drop();
    this.fail(failure);
    this.later(() => void this.register());
  }

  private later(act: () => void): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(act, backoffMs(this.attempt++, Math.random()));
  }

  private drop(): void {
    const device = this.device;
    this.device = null;
    device?.destroy();
  }

  private incoming(call: Call): void {
    this.call = call;
    const leg = call.customParameters.get("leg") ?? null;
    const callSid = call.parameters["CallSid"] ?? "";
    this.show({ call: { callSid, leg, state: "incoming", muted: false, interrupted: false } });
    const over = () => {
      if (this.call !== call) return;
      this.call = null;
      this.show({ call: null });
      if (this.view.failure === "token") this.again("token");
    };
    call.on("accept", () => this.changeCall({ state: "connected" }));
    call.on("mute", (muted: boolean) => this.changeCall({ muted }));
    call.on("reconnecting", () => this.changeCall({ interrupted: true }));
    call.on("reconnected", () => this.changeCall({ interrupted: false }));
    call.on("error", (error: { code: number }) =>
      this.show({ failure: failureOf(error.code) === "microphone" ? "microphone" : "media" }),
    );
    for (const end of ["disconnect", "cancel", "reject"] as const) call.on(end, over);
  }

  private fail(failure: SoftphoneFailure): void {
    this.show({ status: "failed", failure });
  }

  private changeCall(change: Partial<SoftphoneCall>): void {
    if (this.view.call) this.show({ call: { ...this.view.call, ...change } });
  }

  private show(change: Partial<SoftphoneView>): void {
    this.view = { ...this.view, ...change };
    this.parts.onChange(this.view);
  }
}
