import type { ReactNode } from "react";
import { Label, Radio, RadioGroup, Switch } from "react-aria-components";
import css from "./Toggle.module.css";

interface ToggleProps {
  on: boolean;
  change(on: boolean): void;
  children: ReactNode;
  testId?: string;
}

/** On or off, at once. */
export function Toggle({ on, change, children, testId }: ToggleProps) {
  return (
    <Switch isSelected={on} onChange={change} className={css.toggle} data-testid={testId}>
      <span className={css.track} aria-hidden="true" />
      {children}
    </Switch>
  );
}

interface ChoiceProps<Id extends string> {
  label: string;
  /** A heading beside it says the same already. */
  labelHidden?: boolean;
  value: Id;
  options: readonly { id: Id; text: string; lang?: string }[];
  choose(id: Id): void;
}

/** One of a few, all in view. */
export function Choice<Id extends string>({ label, labelHidden, value, options, choose }: ChoiceProps<Id>) {
  return (
    <RadioGroup
      className={css.choice}
      value={value}
      orientation="horizontal"
      onChange={(chosen) => {
        const option = options.find(({ id }) => id === chosen);
        if (option) choose(option.id);
      }}
    >
      <Label className={labelHidden ? "visually-hidden" : css.label}>{label}</Label>
      <div className={css.options}>
        {options.map(({ id, text, lang }) => (
          <Radio key={id} value={id} className={css.option}>
            <span lang={lang}>{text}</span>
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
