// What jsdom lacks and antd, Recharts or React's scheduler ask for.
import "@testing-library/jest-dom";
import { toHaveNoViolations } from "jest-axe";
import { configure } from "@testing-library/react";

expect.extend(toHaveNoViolations);

Object.defineProperty(window, "matchMedia", {
  writable: true,
  value: (query: string) => ({
    matches: false,
    media: query,
    onchange: null,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
    dispatchEvent: () => false,
  }),
});

globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

// Node's own MessageChannel keeps the test worker alive; a timer does the same job and ends with it.
class TimerPort {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  other: TimerPort | null = null;
  postMessage(data: unknown) {
    setTimeout(() => this.other?.onmessage?.({ data }), 0);
  }
  close() {}
}
class TimerChannel {
  port1 = new TimerPort();
  port2 = new TimerPort();
  constructor() {
    this.port1.other = this.port2;
    this.port2.other = this.port1;
  }
}
Object.assign(globalThis, { MessageChannel: TimerChannel });

const realStyle = window.getComputedStyle.bind(window);
window.getComputedStyle = (element: Element) => realStyle(element);

// A real channel to other tabs keeps the test worker alive; there are no other tabs here.
class SilentChannel extends EventTarget {
  onmessage: ((event: MessageEvent) => void) | null = null;
  constructor(readonly name: string) {
    super();
  }
  postMessage() {}
  close() {}
}
Object.assign(globalThis, { BroadcastChannel: SilentChannel });

// A busy machine may take seconds to draw a screen; what never comes still fails.
configure({ asyncUtilTimeout: 10_000 });
