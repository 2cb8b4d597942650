import { X } from "lucide-react";
import { IconButton } from "../../shared/ui/Button.tsx";
import { dismiss, useNotices } from "../store/notices.ts";
import { useText } from "../text.ts";
import css from "./Notices.module.css";

/** Messages at the lower edge, read out politely. */
export function Notices() {
  const t = useText();
  const notices = useNotices((state) => state.notices);
  return (
    <div className={css.notices} role="status" aria-label={t("notices")}>
      {notices.map(({ id, text }) => (
        <div key={id} className={css.notice}>
          <p>{text}</p>
          <IconButton label={t("dismiss")} onPress={() => dismiss(id)}>
            <X size={16} />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
