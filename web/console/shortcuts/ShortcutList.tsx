import { X } from "lucide-react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { create } from "zustand";
import { IconButton, Key } from "../../shared/ui/Button.tsx";
import { usePreferences } from "../settings/preferences.ts";
import { useText } from "../text.ts";
import { SHORTCUTS } from "./keys.ts";
import css from "./ShortcutList.module.css";
import { useShortcut } from "./useShortcut.ts";

interface ListState {
  open: boolean;
  show(): void;
  hide(): void;
}

export const useShortcutList = create<ListState>((set) => ({
  open: false,
  show: () => set({ open: true }),
  hide: () => set({ open: false }),
}));

/** All shortcuts in a window; opened by `?` or the keyboard button. */
export function ShortcutList() {
  const t = useText();
  const { open, show, hide } = useShortcutList();
  const on = usePreferences((preferences) => preferences.shortcuts);
  useShortcut("list", show);
  return (
    <ModalOverlay isOpen={open} onOpenChange={(next) => !next && hide()} isDismissable className={css.overlay}>
      <Modal className={css.window}>
        <Dialog className={css.dialog}>
          <header className={css.head}>
            <Heading slot="title">{t("shortcuts.title")}</Heading>
            <IconButton label={t("close")} onPress={hide}>
              <X size={16} />
            </IconButton>
          </header>
          {!on && <p className={css.off}>{t("shortcuts.off")}</p>}
          <ShortcutTable />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Every action and its key. */
export function ShortcutTable() {
  const t = useText();
  return (
    <dl className={css.table}>
      {SHORTCUTS.map(({ id, label }) => (
        <div key={id}>
          <dt>{t(`shortcuts.${id}`)}</dt>
          <dd>
            <Key>{label}</Key>
            <span className="visually-hidden">{label}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
