import { Input, Label, TextField, type TextFieldProps } from "react-aria-components";
import css from "./Field.module.css";

interface FieldProps extends Omit<TextFieldProps, "children" | "className" | "style"> {
  label: string;
  testId?: string;
}

/** A labelled line of text. */
export function Field({ label, testId, ...rest }: FieldProps) {
  return (
    <TextField {...rest} className={css.field}>
      <Label className={css.label}>{label}</Label>
      <Input className={css.input} data-testid={testId} />
    </TextField>
  );
}
