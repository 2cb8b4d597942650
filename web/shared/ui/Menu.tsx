import { Check } from "lucide-react";
import type { ReactNode } from "react";
import {
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  MenuTrigger,
  type MenuTriggerProps,
  Popover,
  Separator,
} from "react-aria-components";
import { Key } from "./Button.tsx";
import css from "./Menu.module.css";

interface MenuProps {
  label: string;
  /** The button that opens the menu. */
  button: ReactNode;
  children: ReactNode;
  selected?: string;
  onChoose(key: string): void;
  onKeyDown?: (event: React.KeyboardEvent) => void;
  trigger?: Omit<MenuTriggerProps, "children">;
}

/** A button with a menu; `selected` marks the choice in force. */
export function Menu({ label, button, children, selected, onChoose, onKeyDown, trigger }: MenuProps) {
  return (
    <MenuTrigger {...trigger}>
      {button}
      <Popover className={css.popover} placement="bottom end">
        <div onKeyDownCapture={onKeyDown}>
          <AriaMenu
            aria-label={label}
            className={css.menu}
            selectionMode={selected === undefined ? "none" : "single"}
            selectedKeys={selected === undefined ? [] : [selected]}
            onAction={(key) => onChoose(String(key))}
          >
            {children}
          </AriaMenu>
        </div>
      </Popover>
    </MenuTrigger>
  );
}

interface MenuItemProps {
  id: string;
  icon?: ReactNode;
  text: string;
  hint?: string;
  keyCap?: string;
  lang?: string;
}

/** One line of a menu. */
export function MenuItem({ id, icon, text, hint, keyCap, lang }: MenuItemProps) {
  return (
    <AriaMenuItem id={id} textValue={text} className={css.item}>
      {({ isSelected }) => (
        <>
          {icon}
          <span className={css.text} lang={lang}>
            <b>{text}</b>
            {hint && <small>{hint}</small>}
          </span>
          {keyCap && <Key>{keyCap}</Key>}
          <span className={css.check}>{isSelected && <Check size={16} aria-hidden="true" />}</span>
        </>
      )}
    </AriaMenuItem>
  );
}

/** A line between groups of a menu. */
export function MenuLine() {
  return <Separator className={css.separator} />;
}
