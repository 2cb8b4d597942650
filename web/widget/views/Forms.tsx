/** @jsxImportSource preact */
// When nobody is there, or writing is not wanted: leave a message, be called back.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { moment, useChat, useStyle } from "./context.ts";
import css from "./form.css?inline";
import { Icon } from "./icons.tsx";

const HOUR_MS = 3_600_000;

function Form({
  title,
  hint,
  send,
  children,
}: {
  title: string;
  hint?: string;
  send: () => Promise<string>;
  children: ComponentChildren;
}) {
  const { say, go, chat } = useChat();
  useStyle(css);
  const [problem, setProblem] = useState("");
  const [done, setDone] = useState("");
  const [isBusy, setBusy] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setProblem("");
    send()
      .then(setDone, (error: Error) => setProblem(say("problem", { why: error.message || say("unavailable") })))
      .finally(() => setBusy(false));
  };
  const back = () => go(chat.conversation.messages.length > 0 ? "chat" : "home");
  return (
    <form class="body form" onSubmit={submit}>
      <button type="button" class="quiet" onClick={back}>
        <Icon name="back" /> {say("back")}
      </button>
      <h2>{title}</h2>
      <div role="status">{done && <p class="info">{done}</p>}</div>
      {!done && (
        <>
          {hint && <p class="hint">{hint}</p>}
          {children}
          {problem && (
            <p class="problem" role="alert">
              {problem}
            </p>
          )}
          <button type="submit" class="primary" disabled={isBusy}>
            {say("send")}
          </button>
        </>
      )}
    </form>
  );
}

interface FieldProps {
  label: string;
  hint?: string;
  type: "text" | "email" | "tel";
  autocomplete: "name" | "email" | "tel";
  value: string;
  required?: boolean;
  onChange: (value: string) => void;
}

function Field({ label, hint, type, autocomplete, value, required = false, onChange }: FieldProps) {
  return (
    <label>
      {label}
      <input
        list={undefined}
        type={type}
        autocomplete={autocomplete}
        value={value}
        required={required}
        placeholder={hint}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

/** A message for later. The same client id goes with every try, so that it is left once. */
export function Leave() {
  const { chat, say } = useChat();
  const id = useRef(crypto.randomUUID());
  const [body, setBody] = useState(chat.keep.get("draft") ?? "");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [phone, setPhone] = useState("");
  const send = async () => {
    if (!email.trim() && !phone.trim()) throw new Error(say("reach"));
    const said = { name: name.trim() || null, email: email.trim() || null, phone: phone.trim() || null };
    await chat.visitor.leave({ client_id: id.current, body: body.trim(), ...said });
    chat.keep.set("draft", null);
    id.current = crypto.randomUUID();
    return say("leave_done");
  };
  return (
    <Form title={say("leave")} hint={say("leave_hint")} send={send}>
      <label>
        {say("message")}
        <textarea rows={4} maxLength={4000} required value={body} onInput={(e) => setBody(e.currentTarget.value)} />
      </label>
      <Field label={say("name")} type="text" autocomplete="name" value={name} onChange={setName} />
      <Field label={say("email")} type="email" autocomplete="email" value={email} onChange={setEmail} />
      <Field
        label={say("phone")}
        hint={say("phone_hint")}
        type="tel"
        autocomplete="tel"
        value={phone}
        onChange={setPhone}
      />
    </Form>
  );
}

/** A wish to be called. */
export function Callback() {
  const { chat, say, locale } = useChat();
  const id = useRef(crypto.randomUUID());
  const [phone, setPhone] = useState("");
  const [when, setWhen] = useState("when_now");
  const notBefore = (): string | null => {
    if (when === "when_now") return null;
    const hours = { when_1: 1, when_3: 3 }[when];
    if (hours) return new Date(Date.now() + hours * HOUR_MS).toISOString();
    const next = new Date();
    next.setDate(next.getDate() + 1);
    next.setHours(9, 0, 0, 0);
    return next.toISOString();
  };
  const send = async () => {
    const taken = await chat.visitor.callback({ client_id: id.current, phone: phone.trim(), not_before: notBefore() });
    id.current = crypto.randomUUID();
    return say("call_done", { when: moment(taken.due_at, locale) });
  };
  return (
    <Form title={say("call_me")} send={send}>
      <Field
        label={say("phone")}
        hint={say("phone_hint")}
        type="tel"
        autocomplete="tel"
        value={phone}
        onChange={setPhone}
        required
      />
      <label>
        {say("when")}
        <select value={when} onChange={(event) => setWhen(event.currentTarget.value)}>
          {(["when_now", "when_1", "when_3", "when_next"] as const).map((one) => (
            <option key={one} value={one}>
              {say(one)}
            </option>
          ))}
        </select>
      </label>
    </Form>
  );
}
