import { useSearchParams } from "wouter";

/**
 * One filter of a page, kept in the address: a link shows the same, and going back undoes a choice. What is no choice
 * counts as the first one, which is not written into the address.
 */
export function useFilter<Choice extends string>(
  name: string,
  choices: readonly [Choice, ...Choice[]],
): [Choice, (choice: Choice) => void] {
  const [text, setText] = useTextFilter(name);
  const chosen = choices.find((one) => one === text) ?? choices[0];
  return [chosen, (choice) => setText(choice === choices[0] ? "" : choice)];
}

/** A filter of any text, such as the id of the row in the sheet; empty is none. */
export function useTextFilter(name: string): [string, (text: string, options?: { replace?: boolean }) => void] {
  const [params, setParams] = useSearchParams();
  const choose = (text: string, options?: { replace?: boolean }) =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (text) after.set(name, text);
      else after.delete(name);
      return after;
    }, options);
  return [params.get(name) ?? "", choose];
}
