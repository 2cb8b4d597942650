import { Phone } from "lucide-react";
import { useEffect } from "react";
import { Button, IconButton } from "../../shared/ui/Button.tsx";
import { notify } from "../store/notices.ts";
import { useText } from "../text.ts";
import { dialProblemWords } from "./refusals.ts";
import { type DialTarget, useDial, useMayDial } from "./useDial.ts";

interface CallButtonProps {
  target: DialTarget;
  words: string;
  /** A picture alone, named by `words`. */
  small?: boolean;
}

/** Calls somebody in one press; a refusal is told with its reason. Not there for who may not call now. */
export function CallButton({ target, words, small }: CallButtonProps) {
  const t = useText();
  const mayDial = useMayDial();
  const { dial, busy, error, forget } = useDial();
  useEffect(() => {
    if (error === null) return;
    notify(dialProblemWords(error, t));
    forget();
  }, [error, t, forget]);
  if (!mayDial) return null;
  const press = () => void dial(target);
  if (small)
    return (
      <IconButton label={words} isPending={busy} onPress={press} data-testid="call-number">
        <Phone size={14} />
      </IconButton>
    );
  return (
    <Button isPending={busy} onPress={press} data-testid="call-number">
      <Phone size={16} aria-hidden="true" />
      {words}
    </Button>
  );
}
