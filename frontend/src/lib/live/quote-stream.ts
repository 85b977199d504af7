// One connection for the prices of the whole page: follows the stream, asks instead while there is none, rests unseen.
import { EventParser } from "@/lib/live/server-events";
import { wait } from "@/lib/live/wait";

export type StreamState = "idle" | "connecting" | "live" | "polling";

/** The world outside, so that tests can hold it still. */
export type Ports<Quote> = {
  open: (symbols: string, lastId: string | null, signal: AbortSignal) => Promise<Response>;
  ask: (symbols: string, signal: AbortSignal) => Promise<readonly Quote[]>;
  onQuotes: (quotes: readonly Quote[]) => void;
  isVisible: () => boolean;
  random: () => number;
};

// The longest list the API reads; a longer one asks for everything.
const MAX_CHARS = 500;
const FIRST_RETRY_MS = 2_000;
const MAX_RETRY_MS = 30_000;
const POLL_MS = 15_000;
// The server says something every fifteen seconds; after twice that the line is dead.
const SILENT_MS = 40_000;
// Users of the hook come and go together when the page changes.
const SETTLE_MS = 100;

export class QuoteStream<Quote> {
  private readonly wanted = new Map<symbol, readonly string[]>();
  private readonly listeners = new Set<() => void>();
  private now: StreamState = "idle";
  private symbols: string | null = null;
  private lastId: string | null = null;
  private run: AbortController | null = null;
  private settling: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ports: Ports<Quote>) {}

  readonly state = (): StreamState => this.now;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Want the prices of some symbols until the answer is called. */
  watch(symbols: readonly string[]): () => void {
    const key = Symbol("watch");
    this.wanted.set(key, symbols);
    this.settle();
    return () => {
      this.wanted.delete(key);
      this.settle();
    };
  }

  /** To be told when the tab is shown or hidden: unseen prices are not followed, and caught up with when seen. */
  readonly visibilityChanged = (): void => {
    if (!this.ports.isVisible()) this.stop();
    else if (this.symbols !== null && this.run === null) this.start(this.symbols);
  };

  private settle(): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.apply(), SETTLE_MS);
  }

  private apply(): void {
    const all = [...new Set([...this.wanted.values()].flat())].sort().join(",");
    const symbols = all === "" ? null : all.length <= MAX_CHARS ? all : "";
    if (symbols === this.symbols) return;
    this.stop();
    this.symbols = symbols;
    // Another list begins with its own present: what was missed of the old one is not all of the new one.
    this.lastId = null;
    if (symbols !== null && this.ports.isVisible()) this.start(symbols);
  }

  private start(symbols: string): void {
    this.run = new AbortController();
    this.tell("connecting");
    void this.follow(symbols, this.run.signal);
  }

  private stop(): void {
    this.run?.abort();
    this.run = null;
    this.tell("idle");
  }

  private tell(state: StreamState): void {
    if (state === this.now) return;
    this.now = state;
    for (const listener of this.listeners) listener();
  }

  private async follow(symbols: string, signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const end = await this.connect(symbols, signal);
      if (signal.aborted) return;
      failures = end.wasLive ? 0 : failures + 1;
      const base = Math.min(end.retryMs * 2 ** Math.max(failures - 1, 0), MAX_RETRY_MS);
      // Jitter: a server that comes back must not meet everybody at once.
      const pause = Math.max(end.notBeforeMs, base * (0.5 + this.ports.random() / 2));
      if (failures === 0) await wait(pause, signal);
      else await this.askMeanwhile(symbols, pause, signal);
    }
  }

  /** One connection from its beginning to its end, however it ends. */
  private async connect(symbols: string, signal: AbortSignal): Promise<{ wasLive: boolean; retryMs: number; notBeforeMs: number }> {
    const parser = new EventParser();
    const own = new AbortController();
    const stop = () => own.abort();
    signal.addEventListener("abort", stop);
    let [wasLive, notBeforeMs] = [false, 0];
    let silent: ReturnType<typeof setTimeout> | undefined;
    try {
      const answer = await this.ports.open(symbols, this.lastId, own.signal);
      if (!answer.ok || answer.body === null) {
        notBeforeMs = Math.min(Number(answer.headers.get("Retry-After") ?? "0") * 1000 || 0, MAX_RETRY_MS);
        throw new Error(`the stream answered ${answer.status}`);
      }
      const reader = answer.body.getReader();
      const decoder = new TextDecoder();
      for (;;) {
        clearTimeout(silent);
        silent = setTimeout(stop, SILENT_MS);
        const { done, value } = await reader.read();
        if (done || own.signal.aborted) break;
        wasLive = true;
        this.tell("live");
        this.take(parser.push(decoder.decode(value, { stream: true })));
      }
    } catch {
      // Refused, broken or silent: the loop around it waits and tries again.
    } finally {
      clearTimeout(silent);
      signal.removeEventListener("abort", stop);
      own.abort();
    }
    return { wasLive, retryMs: parser.retryMs ?? FIRST_RETRY_MS, notBeforeMs };
  }

  private take(events: ReturnType<EventParser["push"]>): void {
    const quotes: Quote[] = [];
    for (const event of events) {
      if (event.name === "reset") this.lastId = null;
      if (event.name !== "quote") continue;
      quotes.push(JSON.parse(event.data) as Quote);
      this.lastId = event.id ?? this.lastId;
    }
    if (quotes.length > 0) this.ports.onQuotes(quotes);
  }

  /** While there is no stream: the prices by plain questions, at once and then every fifteen seconds. */
  private async askMeanwhile(symbols: string, pause: number, signal: AbortSignal): Promise<void> {
    if (this.now !== "polling") {
      this.tell("polling");
      this.askedAt = -Infinity;
    }
    for (let left = pause; left > 0 && !signal.aborted; ) {
      const due = Math.max(0, this.askedAt + POLL_MS - Date.now());
      if (due === 0) {
        this.askedAt = Date.now();
        await this.askOnce(symbols, signal);
      }
      const step = Math.min(left, Math.max(due, 1_000));
      await wait(step, signal);
      left -= step;
    }
  }

  private askedAt = -Infinity;

  private async askOnce(symbols: string, signal: AbortSignal): Promise<void> {
    try {
      const quotes = await this.ports.ask(symbols, signal);
      if (!signal.aborted) this.ports.onQuotes(quotes);
    } catch {
      // The last prices stay, with their age; the next question comes soon.
    }
  }
}
