// Browser phone on Twilio Voice. The SDK is 45 KB and needed by this back end alone, so it is loaded when used.
// Every sound is ours: the SDK would otherwise fetch fifteen files from its maker's host.
import type { Call, Device } from "@twilio/voice-sdk";
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

const KEY_TONES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "s", "h"].map((key) => `dtmf${key}`);

/** The console rings by itself, so that the tone is tied to the offer; the SDK stays quiet until the end. */
const SOUNDS: Record<string, string> = {
  ...Object.fromEntries([...KEY_TONES, "incoming", "outgoing"].map((name) => [name, silence])),
  disconnect: ended,
};

/** Error codes of the SDK (voice-sdk "Error codes"): 31401 and 31402 are about the microphone. */
const MICROPHONE_ERRORS = new Set([31401, 31402, 31208]);

export class TwilioSoftphone implements Softphone {
  private view: SoftphoneView = SILENT;
  private device: Device | null = null;
  private call: Call | null = null;
  private stopped = true;

  constructor(
    private readonly parts: SoftphoneParts,
    private readonly closeQuestion: string,
  ) {}

  start(): void {
    this.stopped = false;
    this.show({ status: "registering", failure: null });
    void this.register();
  }

  stop(): void {
    this.stopped = true;
    this.device?.destroy();
    this.device = null;
    this.call = null;
    this.show(SILENT);
  }

  answer(): void {
    if (!this.call || this.view.call?.state !== "incoming") return;
    this.changeCall({ state: "answering" });
    this.call.accept();
  }

  hangUp(): void {
    this.call?.disconnect();
  }

  mute(on: boolean): void {
    this.call?.mute(on);
  }

  press(keys: string): void {
    this.call?.sendDigits(keys);
  }

  private async register(): Promise<void> {
    try {
      const [{ Device }, token] = await Promise.all([import("@twilio/voice-sdk"), this.parts.token()]);
      if (this.stopped) return;
      if (!Device.isSupported) return this.fail("unsupported");
      this.device = new Device(token.token, {
        sounds: SOUNDS,
        closeProtection: this.closeQuestion,
        tokenRefreshMs: 30_000,
      });
      this.listen(this.device);
      await this.device.register();
    } catch {
      if (!this.stopped) this.fail("unreachable");
    }
  }

  private listen(device: Device): void {
    device.on("registered", () => this.show({ status: "ready", failure: null }));
    device.on("unregistered", () => this.show({ status: "reconnecting" }));
    device.on("error", (error: { code: number }) =>
      this.fail(MICROPHONE_ERRORS.has(error.code) ? "microphone" : "refused"),
    );
    device.on("tokenWillExpire", () => {
      void this.parts
        .token()
        .then(({ token }) => device.updateToken(token))
        .catch(() => this.fail("token"));
    });
    device.on("incoming", (call: Call) => this.incoming(call));
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
    };
    call.on("accept", () => this.changeCall({ state: "connected" }));
    call.on("mute", (muted: boolean) => this.changeCall({ muted }));
    call.on("reconnecting", () => this.changeCall({ interrupted: true }));
    call.on("reconnected", () => this.changeCall({ interrupted: false }));
    call.on("error", () => this.show({ failure: "media" }));
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
