// Text messages at the simulator: what was written at a telephone, and writing more.
import { request } from "../call/client.ts";

export const HANDSETS = ["reached", "off", "unknown", "landline", "filtered", "silent"] as const;
export type Handset = (typeof HANDSETS)[number];
export type Channel = "sms" | "whatsapp";

export interface TextFile {
  readonly sid: string;
  readonly content_type: string;
}

/** A message as its telephone shows it. `is_mine`: the person there wrote it; `is_network`: the network itself did. */
export interface Text {
  readonly sid: string;
  readonly channel: Channel;
  readonly is_mine: boolean;
  readonly is_network: boolean;
  readonly number: string;
  readonly body: string;
  readonly files: readonly TextFile[];
  readonly status: string;
  readonly error_code: number | null;
  /** Seconds since the epoch on the simulator's clock. */
  readonly at: number;
}

export interface Thread {
  readonly texts: readonly Text[];
  readonly handset: Handset;
  readonly last_n: number;
}

/** A file to send, its content in base64. */
export interface NewFile {
  readonly content_type: string;
  readonly data: string;
}

export interface NewText {
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly channel: Channel;
  readonly files: readonly NewFile[];
}

/** What the message screen needs of the simulator. */
export interface Texts {
  thread(address: string): Promise<Thread>;
  write(text: NewText): Promise<Text>;
  /** The person has seen it; only WhatsApp tells. */
  read(sid: string): Promise<void>;
  becomes(address: string, handset: Handset): Promise<void>;
  /** A file's content, as an address for this page; to be revoked when it is not shown any more. */
  picture(sid: string, file: string): Promise<string>;
}

/** The texts of the simulator at an address such as `http://127.0.0.1:8010`. */
export function textsAt(base: string): Texts {
  const root = base.replace(/\/+$/, "");
  return {
    thread: (address) => request<Thread>(root, "GET", `/sim/texts?address=${encodeURIComponent(address)}`),
    write: (text) => request<Text>(root, "POST", "/sim/texts", text),
    read: (sid) => request<void>(root, "POST", `/sim/texts/${encodeURIComponent(sid)}/read`),
    becomes: (address, handset) =>
      request<void>(root, "PUT", `/sim/handsets/${encodeURIComponent(address)}`, { handset }),
    picture: async (sid, file) => {
      const response = await fetch(`${root}/sim/texts/${encodeURIComponent(sid)}/files/${encodeURIComponent(file)}`);
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return URL.createObjectURL(await response.blob());
    },
  };
}
