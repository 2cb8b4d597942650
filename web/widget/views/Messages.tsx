/** @jsxImportSource preact */
// The messages in their order, then what is not confirmed yet.
import type { ChatFile, ChatMessage } from "../../shared/api/generated/types.gen.ts";
import type { Pending } from "../outbox.ts";
import { moment, useChat } from "./context.ts";
import { Icon } from "./icons.tsx";
import { Plain } from "./Text.tsx";

export function Messages() {
  const { chat } = useChat();
  const { messages, state } = chat.conversation;
  const lastOwn = messages.findLast((one) => one.sender === "visitor")?.seq;
  return (
    <ol class="messages">
      {messages.map((one, at) => (
        <Bubble
          key={one.message_id}
          message={one}
          isFirst={messages[at - 1]?.sender !== one.sender || messages[at - 1]?.agent_name !== one.agent_name}
          isRead={one.seq <= (state?.marks.agent_read ?? 0)}
          isLastOwn={one.seq === lastOwn}
        />
      ))}
      {chat.pending.map((one) => (
        <Unconfirmed key={one.message.client_id} pending={one} />
      ))}
    </ol>
  );
}

interface BubbleProps {
  message: ChatMessage;
  isFirst: boolean;
  isRead: boolean;
  isLastOwn: boolean;
}

function Bubble({ message, isFirst, isRead, isLastOwn }: BubbleProps) {
  const { say, locale } = useChat();
  const { sender, body, files, at } = message;
  const isAgent = sender === "agent";
  return (
    <li class={sender}>
      {isFirst && isAgent && (
        <p class="who">
          <span class="initial" aria-hidden="true">
            {(message.agent_name || say("agent")).trim().slice(0, 1)}
          </span>
          {message.agent_name || say("agent")}
        </p>
      )}
      {isFirst && sender === "visitor" && <span class="unseen">{say("you")}: </span>}
      {body && (
        <p class="bubble">
          <Plain text={body} />
        </p>
      )}
      {files.map((file) => (
        <Attached key={file.attachment_id} file={file} />
      ))}
      <p class="meta">
        <time dateTime={at}>{moment(at, locale)}</time>
        {isLastOwn && <span> · {isRead ? say("seen") : say("sent")}</span>}
      </p>
    </li>
  );
}

function Attached({ file }: { file: ChatFile }) {
  const { say } = useChat();
  const isPicture = /^image\/(png|jpeg|gif|webp)$/.test(file.content_type);
  return (
    <a class="attached" href={file.url} target="_blank" rel="noopener noreferrer" aria-label={say("download", { name: file.name })}>
      {isPicture ? <img src={file.url} alt={file.name} loading="lazy" /> : <Icon name="file" />}
      {!isPicture && <span>{file.name}</span>}
    </a>
  );
}

function Unconfirmed({ pending }: { pending: Pending }) {
  const { chat, say } = useChat();
  const { client_id, body } = pending.message;
  return (
    <li class="visitor unconfirmed">
      {body && <p class="bubble">{body}</p>}
      {pending.files.map((file) => (
        <span class="attached" key={file.name}>
          <Icon name="file" />
          <span>{file.name}</span>
        </span>
      ))}
      {pending.failed === null ? (
        <p class="meta">{say("sending")}</p>
      ) : (
        <p class="meta problem" role="alert">
          {say("failed")}: {pending.failed}{" "}
          <button type="button" class="link" onClick={() => chat.retry(client_id)}>
            {say("retry")}
          </button>{" "}
          <button type="button" class="link" onClick={() => chat.discard(client_id)}>
            {say("discard")}
          </button>
        </p>
      )}
    </li>
  );
}
