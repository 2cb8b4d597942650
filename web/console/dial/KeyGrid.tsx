import { Button } from "react-aria-components";
import { useText } from "../text.ts";
import css from "./DialPad.module.css";

export const TELEPHONE_KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

const NAMES = { "*": "star", "#": "hash" } as const;

/** The twelve keys of a telephone. */
export function KeyGrid({ press }: { press: (key: string) => void }) {
  const t = useText();
  return (
    <div className={css.keys} role="group" aria-label={t("dial.keys")}>
      {TELEPHONE_KEYS.map((key) => {
        const name = key === "*" || key === "#" ? NAMES[key] : null;
        return (
          <Button
            key={key}
            className={css.key ?? ""}
            aria-label={name ? t(`dial.${name}`) : undefined}
            onPress={() => press(key)}
            data-testid={`tone-${name ?? key}`}
          >
            {key}
          </Button>
        );
      })}
    </div>
  );
}
