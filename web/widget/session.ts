// Who the visitor is to the server: a token kept in this browser, or in memory where storage is blocked. No cookies.

const PREFIX = "switchboard.widget.";

/** The browser's storage for one widget key; blocked storage (private windows, policies) becomes memory. */
export class Keep {
  private readonly memory = new Map<string, string>();

  constructor(private readonly widgetKey: string) {}

  /** The value kept under `name`, or null. */
  get(name: string): string | null {
    const held = this.memory.get(name); // what storage would not take is newer than what it has
    if (held !== undefined) return held;
    try {
      return localStorage.getItem(this.address(name));
    } catch {
      return null;
    }
  }

  /** Keep `value` under `name`; null forgets it. */
  set(name: string, value: string | null): void {
    this.memory.delete(name);
    try {
      if (value === null) localStorage.removeItem(this.address(name));
      else localStorage.setItem(this.address(name), value);
    } catch {
      if (value !== null) this.memory.set(name, value);
    }
  }

  /** Is this storage event about `name`? */
  isAbout(event: StorageEvent, name: string): boolean {
    return event.key === this.address(name);
  }

  private address(name: string): string {
    return `${PREFIX}${this.widgetKey}.${name}`;
  }
}
