import { FileUp } from "lucide-react";
import { useId, useState } from "react";
import { FileTrigger } from "react-aria-components";
import { Button } from "../../../shared/ui/Button.tsx";
import css from "../Knowledge.module.css";

interface FileFieldProps {
  label: string;
  hint: string;
  take(text: string, name: string): void;
  testId?: string;
}

/** Chooses a text file (UTF-8) and reads it. */
export function FileField({ label, hint, take, testId }: FileFieldProps) {
  const hintId = useId();
  const [name, setName] = useState("");
  const read = async (files: FileList | null) => {
    const file = files?.[0];
    if (!file) return;
    const text = await file.text();
    setName(file.name);
    take(text, file.name);
  };
  return (
    <div className={css.list} data-testid={testId}>
      <div className={css.row}>
        <FileTrigger acceptedFileTypes={[".csv", ".jsonl", ".ndjson"]} onSelect={(files) => void read(files)}>
          <Button aria-describedby={hintId}>
            <FileUp size={16} aria-hidden="true" />
            {label}
          </Button>
        </FileTrigger>
        <span className={css.fileName} role="status">
          {name}
        </span>
      </div>
      <p id={hintId} className={css.meta}>
        {hint}
      </p>
    </div>
  );
}
