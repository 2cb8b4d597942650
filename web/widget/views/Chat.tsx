/** @jsxImportSource preact */
// The conversation: what was said, what is asked now, who is there, and the place to write.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Composer } from "./Composer.tsx";
import css from "./chat.css?inline";
import { useChat, useStyle } from "./context.ts";
import { FileChips, type Files, useFiles } from "./files.tsx";
import { Icon } from "./icons.tsx";
import { Messages } from "./Messages.tsx";
import { Rating } from "./Rating.tsx";

const EMOJI = [..."😀😂😊😍🤔😅😢😭😡👍👎🙏👏💪🎉🔥✅❌❓📷📦💳🚚🎁"];
const NEAR_END_PX = 80;

export function Chat() {
  const { chat, say, go } = useChat();
  useStyle(css);
  const [text, setText] = useState(() => chat.keep.get("draft") ?? "");
  const [emoji, setEmoji] = useState(false);
  const files = useFiles();
  const body = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const { messages, state, earlier } = chat.conversation;
  const write = (words: string) => {
    setText(words);
    chat.keep.set("draft", words || null);
    if (words) chat.typing(true);
  };
  const count = messages.length + chat.pending.length;
  useLayoutEffect(() => {
    if (body.current && atEnd.current) body.current.scrollTop = body.current.scrollHeight;
  }, [count, chat.agentTypes, state?.version]);
  useEffect(() => {
    const read = () => document.visibilityState === "visible" && atEnd.current && chat.read();
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [count]);

  const prompt = state?.prompt;
  const agent = state?.agent?.name || say("agent");
  return (
    <div
      class="view"
      onDragOver={(event) => files.isOn && event.preventDefault()}
      onDrop={(event) => {
        if (!files.isOn) return;
        event.preventDefault();
        files.add([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <div
        class="body"
        ref={body}
        tabIndex={0}
        role="log"
        aria-live="polite"
        aria-label={say("message")}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
          if (atEnd.current) chat.read();
        }}
      >
        {earlier && (
          <button type="button" class="quiet" onClick={() => void chat.earlier().catch(() => undefined)}>
            {say("earlier")}
          </button>
        )}
        <Messages />
        {prompt && (
          <div class="choices">
            {prompt.choices.map(({ key, label }) => (
              <button
                type="button"
                key={`${prompt.step}.${key}`}
                onClick={() => chat.say({ body: label, choice: { step: prompt.step, key } })}
              >
                {label}
              </button>
            ))}
          </div>
        )}
        {chat.agentTypes && <p class="hint">{say("types", { name: agent })}</p>}
        {state?.phase === "ended" && (
          <>
            <p class="hint">{say("ended")}</p>
            {chat.config?.features.rating && state.rating && <Rating rating={state.rating} />}
          </>
        )}
        {state?.may_leave_message && state.phase !== "talking" && (
          <div class="choices">
            <button type="button" onClick={() => go("leave")}>
              {say("leave")}
            </button>
          </div>
        )}
      </div>
      <Composer
        placeholder={say("write")}
        value={text}
        onChange={write}
        hasFiles={files.ready.length > 0}
        isBusy={files.isBusy}
        onFiles={files.isOn ? files.add : undefined}
        onSend={(words) => {
          atEnd.current = true;
          const taken = files.take();
          chat.say({ body: words, upload_ids: taken.map((one) => one.upload_id) }, taken);
        }}
      >
        <FileChips files={files} />
        {emoji && (
          <div class="emoji">
            {EMOJI.map((one) => (
              <button type="button" key={one} onClick={() => (write(text + one), setEmoji(false))}>
                {one}
              </button>
            ))}
          </div>
        )}
        <Tools files={files} onEmoji={() => setEmoji(!emoji)} isEmojiOpen={emoji} />
      </Composer>
    </div>
  );
}

function Tools({ files, onEmoji, isEmojiOpen }: { files: Files; onEmoji: () => void; isEmojiOpen: boolean }) {
  const { say } = useChat();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="tools">
      {files.isOn && (
        <>
          <button type="button" class="tool" aria-label={say("attach")} onClick={() => input.current?.click()}>
            <Icon name="attach" />
          </button>
          <input
            ref={input}
            type="file"
            hidden
            multiple
            accept={files.accept}
            onChange={(event) => {
              files.add([...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = "";
            }}
          />
        </>
      )}
      <button type="button" class="tool" aria-label={say("emoji")} aria-expanded={isEmojiOpen} onClick={onEmoji}>
        <Icon name="emoji" />
      </button>
    </div>
  );
}
