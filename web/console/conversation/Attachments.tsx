import { File, FileWarning, LoaderCircle } from "lucide-react";
import type { AttachmentView } from "../../shared/api/index.ts";
import { useText } from "../text.ts";
import css from "./Conversation.module.css";

/** The files of a message: pictures and sound in place, others to open; one that was not taken says so. */
export function Attachments({ files }: { files: readonly AttachmentView[] }) {
  if (files.length === 0) return null;
  return (
    <ul className={css.files}>
      {files.map((file) => (
        <li key={file.attachment_id} data-testid="attachment" data-state={file.state}>
          <Attachment file={file} />
        </li>
      ))}
    </ul>
  );
}

function Attachment({ file }: { file: AttachmentView }) {
  const t = useText();
  if (file.state === "pending")
    return (
      <span className={css.file}>
        <LoaderCircle size={14} aria-hidden="true" />
        {t("conversation.file.pending")}
      </span>
    );
  if (!file.url)
    return (
      <span className={css.file}>
        <FileWarning size={14} aria-hidden="true" />
        {t("conversation.file.refused", { type: file.content_type })}
      </span>
    );
  if (file.content_type.startsWith("image/"))
    return (
      <a href={file.url} target="_blank" rel="noreferrer">
        <img src={file.url} alt={t("conversation.file.picture")} loading="lazy" />
      </a>
    );
  if (file.content_type.startsWith("audio/"))
    return <audio src={file.url} controls preload="none" aria-label={t("conversation.file.sound")} />;
  return (
    <a className={css.file} href={file.url} target="_blank" rel="noreferrer">
      <File size={14} aria-hidden="true" />
      {t("conversation.file.open", { type: file.content_type, size: sizeWords(file.size_bytes) })}
    </a>
  );
}

function sizeWords(bytes: number | null): string {
  if (bytes === null) return "";
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
