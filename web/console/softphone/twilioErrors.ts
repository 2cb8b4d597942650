// What an error of the SDK means to the agent. Source: npm @twilio/voice-sdk 2.18.5, `errors/generated`.
import type { SoftphoneFailure } from "./softphone.ts";

/** AccessTokenInvalid, AccessTokenExpired, AuthenticationFailed, and the older numbers of the same. */
const TOKEN = new Set([20101, 20104, 20151, 31202, 31204, 31205, 31207]);
/** UnknownError, ConnectionError, TransportError, and signalling's ConnectionError and ConnectionDisconnected. */
const CONNECTION = new Set([31000, 31005, 31009, 53000, 53001]);
/** PermissionDenied, AcquisitionFailed, and the older number of the first. */
const MICROPHONE = new Set([31401, 31402, 31208]);

/** Why the phone does not work; `refused` for whatever is not known better. */
export function failureOf(code: number): SoftphoneFailure {
  if (TOKEN.has(code)) return "token";
  if (CONNECTION.has(code)) return "unreachable";
  return MICROPHONE.has(code) ? "microphone" : "refused";
}
