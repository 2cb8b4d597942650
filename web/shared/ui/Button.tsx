import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps, Tooltip, TooltipTrigger } from "react-aria-components";
import css from "./Button.module.css";

export type ButtonLook = "plain" | "quiet" | "primary" | "accept" | "end";

export interface ButtonProps extends Omit<AriaButtonProps, "className" | "style" | "children"> {
  children: ReactNode;
  look?: ButtonLook;
  large?: boolean;
  round?: boolean;
  /** Keyboard shortcut shown at the end; it is a hint only and no part of the button's name. */
  shortcut?: string;
  className?: string;
  "data-testid"?: string;
}

/** A button with text. While `isPending` it does nothing, but keeps the focus. */
export function Button({ look = "plain", large, round, shortcut, className, isPending, ...rest }: ButtonProps) {
  const { children, onPress, type, ...others } = rest;
  const names = [css.button, css[look], large && css.large, round && css.round, isPending && css.pending, className];
  return (
    <AriaButton
      {...others}
      type={isPending ? "button" : type}
      onPress={isPending ? undefined : onPress}
      aria-disabled={isPending ? "true" : undefined}
      className={names.filter(Boolean).join(" ")}
    >
      {children}
      {shortcut && <Key>{shortcut}</Key>}
    </AriaButton>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "shortcut" | "large"> {
  /** What the button does; also shown as its tooltip. */
  label: string;
}

/** A button with a picture alone; `label` names it. */
export function IconButton({ label, look = "quiet", className, children, ...rest }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={100}>
      <Button {...rest} look={look} aria-label={label} className={[css.icon, className].filter(Boolean).join(" ")}>
        {children}
      </Button>
      <Tooltip className={css.tip ?? ""} offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}

/** A key cap. */
export function Key({ children }: { children: ReactNode }) {
  return (
    <kbd className={css.key} aria-hidden="true">
      {children}
    </kbd>
  );
}
