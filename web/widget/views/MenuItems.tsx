/** @jsxImportSource preact */
// What is seldom wanted: sound, the page shown to the agent, the end.
import { useEffect, useRef, useState } from "preact/hooks";
import { useChat, useStyle } from "./context.ts";
import css from "./menu.css?inline";

export function MenuItems({ onConsent, onDone }: { onConsent: (isGiven: boolean) => void; onDone: () => void }) {
  const { chat, say } = useChat();
  useStyle(css);
  const box = useRef<HTMLDivElement>(null);
  const [isSure, setSure] = useState(false);
  const [hasSound, setSound] = useState(chat.keep.get("sound") === "on");
  const [consent, setConsent] = useState(chat.keep.get("consent") === "on");
  useEffect(() => box.current?.querySelector("button")?.focus(), [isSure]);
  const phase = chat.conversation.state?.phase;
  const canEnd = phase !== undefined && phase !== "new" && phase !== "ended";
  const end = () => {
    onDone();
    void chat.end().catch(() => undefined);
  };
  if (isSure)
    return (
      <div class="items" ref={box}>
        <p>{say("end_sure")}</p>
        <button type="button" onClick={end}>
          {say("end")}
        </button>
        <button type="button" onClick={() => setSure(false)}>
          {say("cancel")}
        </button>
      </div>
    );
  return (
    <div class="items" ref={box}>
      <button type="button" onClick={() => (chat.keep.set("sound", hasSound ? null : "on"), setSound(!hasSound))}>
        {say(hasSound ? "sound_off" : "sound_on")}
      </button>
      {chat.config?.features.page_context && (
        <label>
          <input
            type="checkbox"
            checked={consent}
            onChange={(event) => (onConsent(event.currentTarget.checked), setConsent(event.currentTarget.checked))}
          />
          {say("share_page")}
        </label>
      )}
      {canEnd && (
        <button type="button" onClick={() => setSure(true)}>
          {say("end")}
        </button>
      )}
    </div>
  );
}
