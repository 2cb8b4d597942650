// The visitor's session, and everything that is asked by one request: settings, the FAQ, files, forms.
import type {
  CallbackTaken,
  CallbackWish,
  ChatConfig,
  ChatMessage,
  ChatSearch,
  ChatSession,
  LeftMessage,
  NewRating,
  SearchVerdict,
  Uploaded,
} from "../shared/api/generated/types.gen.ts";
import type { Locale } from "../shared/i18n/locales.ts";
import { call } from "./api.ts";
import type { Keep } from "./session.ts";

export interface Place {
  /** Where the service is, without a slash at the end. */
  readonly base: string;
  readonly key: string;
  readonly locale: Locale;
}

/** Every call throws Refused or Lost of api.ts; those with a token begin a session when there is none. */
export class Visitor {
  readonly api: string;
  token: string | null;
  private session: Promise<string> | null = null;

  constructor(
    private readonly place: Place,
    private readonly keep: Keep,
  ) {
    this.api = `${place.base}/api/v1/chat`;
    this.token = keep.get("token");
  }

  /** Begin a session; gives the ticket of its first socket. */
  async begin(): Promise<string> {
    const body = { locale: this.place.locale };
    this.session ??= call<ChatSession>("POST", `${this.api}/${this.place.key}/sessions`, null, body).then((session) => {
      this.token = session.token;
      this.keep.set("token", session.token);
      return session.ticket;
    });
    try {
      return await this.session;
    } finally {
      this.session = null;
    }
  }

  /** Be nobody. */
  forget(): void {
    this.token = this.session = null;
    this.keep.set("token", null);
  }

  /** Read how the widget is drawn. */
  configure(): Promise<ChatConfig> {
    return call<ChatConfig>("GET", `${this.api}/${this.place.key}/config`, null);
  }

  /** Ask the FAQ. */
  async search(question: string, signal: AbortSignal): Promise<ChatSearch> {
    const query = new URLSearchParams({ q: question, locale: this.place.locale });
    return this.withToken((token) =>
      call<ChatSearch>("GET", `${this.api}/faq?${query}`, token, undefined, { signal }),
    );
  }

  /** Count what came of a search. Never in the way: errors are dropped. */
  verdict(searchId: string, verdict: SearchVerdict): void {
    void this.post(`faq/${searchId}/outcome`, verdict).catch(() => undefined);
  }

  /** Leave a message for when somebody is there. */
  leave(left: LeftMessage): Promise<ChatMessage> {
    return this.post("left-messages", left);
  }

  /** Ask to be called. */
  callback(wish: CallbackWish): Promise<CallbackTaken> {
    return this.post("callbacks", wish);
  }

  /** How it was. */
  rate(rating: NewRating): Promise<unknown> {
    return this.post("rating", rating);
  }

  /** Send a file; a message names it then. */
  async upload(file: File, onProgress: (part: number) => void, signal: AbortSignal): Promise<Uploaded> {
    const { upload } = await import("./upload.ts");
    const url = `${this.api}/uploads?name=${encodeURIComponent(file.name || "file")}`;
    return this.withToken((token) => upload<Uploaded>(url, token, file, onProgress, signal));
  }

  /** Say who this is, by the site's signed token. */
  identify(identity_token: string): Promise<unknown> {
    return this.post("identify", { identity_token });
  }

  private post<T>(path: string, body: unknown): Promise<T> {
    return this.withToken((token) => call<T>("POST", `${this.api}/${path}`, token, body));
  }

  private async withToken<T>(what: (token: string) => Promise<T>): Promise<T> {
    if (!this.token) await this.begin();
    return what(this.token as string);
  }
}
