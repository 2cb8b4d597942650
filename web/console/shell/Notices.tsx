import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { IconButton } from "../../shared/ui/Button.tsx";
import { dismiss, notify, useNotices } from "../store/notices.ts";
import { useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import css from "./Notices.module.css";

/** Messages at the lower edge, read out politely. */
export function Notices() {
  const t = useText();
  const notices = useNotices((state) => state.notices);
  useTakenNotice();
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

/** What rang here too was taken by a colleague: nobody missed anything. */
function useTakenNotice() {
  const t = useText();
  const taken = useServer((state) => state.taken);
  const shown = useRef(taken);
  useEffect(() => {
    if (taken && taken !== shown.current) notify(t("taken_by", { agent: taken.by }));
    shown.current = taken;
  }, [taken, t]);
}
