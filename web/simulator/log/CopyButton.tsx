// Copies a text and says so.
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../shared/ui/Button.tsx";

const SHOW_DONE = 1_800; // ms

export interface CopyButtonProps {
  text: () => string;
  label: string;
  isDisabled?: boolean;
}

export function CopyButton({ text, label, isDisabled = false }: CopyButtonProps) {
  const { t } = useTranslation("simulator");
  const [result, setResult] = useState<"none" | "done" | "failed">("none");

  useEffect(() => {
    if (result === "none") return;
    const timer = setTimeout(() => setResult("none"), SHOW_DONE);
    return () => clearTimeout(timer);
  }, [result]);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text());
      setResult("done");
    } catch {
      setResult("failed");
    }
  }

  const Picture = result === "done" ? Check : Copy;
  return (
    <Button onPress={() => void copy()} isDisabled={isDisabled} data-testid="log-copy">
      <Picture size={15} strokeWidth={1.9} aria-hidden="true" />
      <span aria-live="polite">{result === "none" ? label : t(`copy.${result}`)}</span>
    </Button>
  );
}
