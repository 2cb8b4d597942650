// Instants as the browser's date fields hold them: this computer's time, to the minute. Pure.

const two = (n: number) => String(n).padStart(2, "0");

/** An instant for a `datetime-local` field; none is empty. */
export function localOf(instant: string | null): string {
  if (!instant) return "";
  const at = new Date(instant);
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What a `datetime-local` field holds as an instant; empty and half written is none. */
export function instantOf(local: string): string | null {
  const at = new Date(local);
  return local && !Number.isNaN(at.getTime()) ? at.toISOString() : null;
}
