import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { IconButton } from "./Button.tsx";
import css from "./Window.module.css";

interface WindowProps {
  title: string;
  /** Name of the button that closes it. */
  closeLabel: string;
  isOpen: boolean;
  close(): void;
  children: ReactNode;
  testId?: string;
  narrow?: boolean;
}

/** A window over the page: it keeps the focus, Esc and a press beside it close it, and the focus goes back. */
export function Window({ title, closeLabel, isOpen, close, children, testId, narrow }: WindowProps) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => open || close()}
      isDismissable
      className={css.overlay ?? ""}
    >
      <Modal className={`${css.window} ${narrow ? css.narrow : ""}`}>
        <Dialog className={css.dialog ?? ""} data-testid={testId}>
          <header className={css.head}>
            <Heading slot="title">{title}</Heading>
            <IconButton label={closeLabel} onPress={close}>
              <X size={16} />
            </IconButton>
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** The answers at the foot of a window, the one that goes on last. */
export function WindowAnswers({ children }: { children: ReactNode }) {
  return <div className={css.answers}>{children}</div>;
}
