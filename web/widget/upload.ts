// Files to the server, with progress.
import { Lost, refusal } from "./api.ts";

/** Send a file with progress in parts of 1. Throws Refused or Lost. */
export function upload<T>(
  url: string,
  token: string,
  file: File,
  onProgress: (part: number) => void,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch tells no progress of what is sent
    request.open("POST", url);
    request.timeout = 300_000;
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () =>
      request.status < 300
        ? resolve(JSON.parse(request.responseText) as T)
        : reject(refusal(request.status, request.responseText, request.getResponseHeader("Retry-After")));
    request.onerror = request.ontimeout = request.onabort = () => reject(new Lost());
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
