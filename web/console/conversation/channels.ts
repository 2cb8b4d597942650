// Which contacts are conversations in writing, and by which way.

const CALLS: readonly string[] = ["voice", "callback"];

/** Is this contact spoken? Then it has a call with its controls. */
export function isCall(channel: string): boolean {
  return CALLS.includes(channel);
}

const WRITTEN: readonly string[] = ["messaging", "chat"];

/** Is this contact a conversation in messages? */
export function isWritten(channel: string): boolean {
  return WRITTEN.includes(channel);
}

const WHATSAPP = "whatsapp:";

/** Does this address of a customer belong to WhatsApp? */
export function isWhatsApp(address: string | null): boolean {
  return address?.toLowerCase().startsWith(WHATSAPP) ?? false;
}

/** The channel to show: `messaging` is SMS or WhatsApp, told apart by the customer's address once that is known. */
export function shownChannel(channel: string, address: string | null): string {
  if (channel !== "messaging" || address === null) return channel;
  return isWhatsApp(address) ? "whatsapp" : "sms";
}
