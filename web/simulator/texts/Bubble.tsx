// One message at the telephone, with its pictures and what became of it.
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import css from "./TextScreen.module.css";
import type { Text, TextFile, Texts } from "./client.ts";

const TOLD = ["queued", "sent", "delivered", "read", "undelivered", "failed"] as const;

export function Bubble({ text, texts }: { text: Text; texts: Texts }) {
  const { t } = useTranslation("simulator");
  const who = text.is_network ? "network" : text.is_mine ? "you" : "shop";
  const told = text.is_mine || text.is_network ? undefined : TOLD.find((status) => status === text.status);
  return (
    <li className={css.line} data-who={who} data-testid="text" data-status={text.status}>
      <div className={css.bubble}>
        <span className={css.hidden}>{t(`texts.${who}`)}: </span>
        {text.files.map((file) => (
          <Picture key={file.sid} text={text} file={file} texts={texts} />
        ))}
        {text.body}
      </div>
      <p className={css.below}>
        <time dateTime={new Date(text.at * 1000).toISOString()}>
          {new Date(text.at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}
        </time>
        {text.channel === "whatsapp" && <span>{t("texts.whatsapp")}</span>}
        {told && (
          <span data-bad={text.error_code !== null || undefined}>
            {t(`texts.status.${told}`, { code: text.error_code })}
          </span>
        )}
      </p>
    </li>
  );
}

function Picture({ text, file, texts }: { text: Text; file: TextFile; texts: Texts }) {
  const { t } = useTranslation("simulator");
  const [address, setAddress] = useState<string | null>(null);
  const isPicture = file.content_type.startsWith("image/");
  useEffect(() => {
    if (!isPicture) return;
    let made: string | null = null;
    let gone = false;
    texts.picture(text.sid, file.sid).then(
      (found) => {
        made = found;
        if (gone) URL.revokeObjectURL(found);
        else setAddress(found);
      },
      () => undefined, // its type is shown instead
    );
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [texts, text.sid, file.sid, isPicture]);
  if (address) return <img className={css.picture} src={address} alt={t("texts.picture")} />;
  return <span className={css.file}>{t("texts.file", { type: file.content_type })}</span>;
}
