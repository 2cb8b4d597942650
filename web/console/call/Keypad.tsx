import { Grid3x3 } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { Dialog, DialogTrigger, Popover } from "react-aria-components";
import { isImeKey } from "../../shared/ime.ts";
import { IconButton } from "../../shared/ui/Button.tsx";
import { KeyGrid, TELEPHONE_KEYS } from "../dial/KeyGrid.tsx";
import { keyOf } from "../shortcuts/keys.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { pressKeys } from "../softphone/phone.ts";
import { useText } from "../text.ts";
import css from "./Keypad.module.css";

/** Keys into the call, for the menus of others; by pointer or, while it is open, by the keyboard's own digits. */
export function Keypad({ isDisabled }: { isDisabled: boolean }) {
  const t = useText();
  const [open, setOpen] = useState(false);
  const [pressed, setPressed] = useState("");
  useShortcut("keypad", () => setOpen(!open), !isDisabled);
  const press = (key: string) => {
    pressKeys(key);
    setPressed((before) => (before + key).slice(-24));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isImeKey(event) || event.altKey || event.ctrlKey || event.metaKey) return;
    const key = TELEPHONE_KEYS.find((one) => one === event.key);
    if (!key) return;
    event.preventDefault();
    press(key);
  };
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <IconButton
        round
        look={open ? "primary" : "plain"}
        label={`${t("dial.keys")} (${keyOf("keypad")})`}
        isDisabled={isDisabled}
        data-testid="call-keypad"
      >
        <Grid3x3 size={16} />
      </IconButton>
      <Popover className={css.popover ?? ""} placement="bottom">
        <div onKeyDown={onKeyDown}>
          <Dialog aria-label={t("dial.keys")} className={css.keypad ?? ""} data-testid="keypad">
            <output className={css.pressed} aria-label={t("dial.pressed")} data-testid="pressed-keys">
              {pressed || t("dial.press_hint")}
            </output>
            <KeyGrid press={press} />
          </Dialog>
        </div>
      </Popover>
    </DialogTrigger>
  );
}
