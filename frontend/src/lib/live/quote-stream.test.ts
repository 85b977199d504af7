import { QuoteStream } from "@/lib/live/quote-stream";

type Quote = { symbol: string; price: string };
type Opened = { symbols: string; lastId: string | null; send: (text: string) => void; end: () => void; isAborted: () => boolean };

const encoder = new TextEncoder();
const quote = (id: number, symbol: string, price: string) =>
  `id: ${id}-0\nevent: quote\ndata: ${JSON.stringify({ symbol, price })}\n\n`;

/** A server that answers, refuses or hangs up, and a tab that can be hidden. */
function world() {
  const opened: Opened[] = [];
  const asked: string[] = [];
  const seen: Quote[] = [];
  const now = { visible: true, refuse: 0 };
  const stream = new QuoteStream<Quote>({
    open: async (symbols, lastId, signal) => {
      if (now.refuse > 0) {
        now.refuse -= 1;
        throw new TypeError("connection refused");
      }
      let send: (text: string) => void = () => undefined;
      let end: () => void = () => undefined;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          send = (text) => controller.enqueue(encoder.encode(text));
          end = () => controller.close();
          signal.addEventListener("abort", () => { try { controller.error(new Error("aborted")); } catch { /* closed before */ } });
        },
      });
      opened.push({ symbols, lastId, send, end, isAborted: () => signal.aborted });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    },
    ask: async (symbols) => {
      asked.push(symbols);
      return [{ symbol: "AAA", price: `asked ${asked.length}` }];
    },
    onQuotes: (quotes) => seen.push(...quotes),
    isVisible: () => now.visible,
    random: () => 1,
  });
  const last = () => opened.at(-1) as Opened;
  return { stream, opened, asked, seen, now, last };
}

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test("everybody on the page shares one connection; another list is another one, from its own present", async () => {
  const { stream, opened, last } = world();
  const leave = stream.watch(["BBB", "AAA"]);
  stream.watch(["AAA"]);
  await pass(200);
  expect(opened.map((one) => one.symbols)).toEqual(["AAA,BBB"]);
  last().send(quote(7, "AAA", "1.00"));
  await pass(0);
  stream.watch(["CCC"]);
  await pass(200);
  expect(opened.map((one) => one.symbols)).toEqual(["AAA,BBB", "AAA,BBB,CCC"]);
  expect(last().lastId).toBeNull();
  expect(opened[0]?.isAborted()).toBe(true);
  leave();
  await pass(200);
  expect(last().symbols).toBe("AAA,CCC");
});

test("a broken connection is taken up after the last event that was seen: no gap, nothing twice", async () => {
  const { stream, seen, last, opened } = world();
  stream.watch(["AAA"]);
  await pass(200);
  last().send(quote(1, "AAA", "1.00") + quote(2, "AAA", "1.01"));
  // Half an event is lost with the connection; it was not seen, so it is sent again.
  last().send('id: 3-0\nevent: quote\ndata: {"symb');
  await pass(0);
  expect(stream.state()).toBe("live");
  last().end();
  await pass(2_000);
  expect(opened).toHaveLength(2);
  expect(last().lastId).toBe("2-0");
  last().send(quote(3, "AAA", "1.02"));
  await pass(0);
  expect(seen.map((one) => one.price)).toEqual(["1.00", "1.01", "1.02"]);
});

test("while the stream is refused prices are asked for, ever more rarely tried, and it recovers by itself", async () => {
  const { stream, asked, seen, now, opened, last } = world();
  now.refuse = 5;
  stream.watch(["AAA"]);
  await pass(200);
  expect(stream.state()).toBe("polling");
  expect(asked).toEqual(["AAA"]);
  expect(seen.map((one) => one.price)).toEqual(["asked 1"]);
  // 2 + 4 + 8 + 16 + 30 seconds: tried five times, asked at most every fifteen seconds.
  await pass(59_000);
  expect(now.refuse).toBe(0);
  expect(opened).toHaveLength(0);
  expect(asked.length).toBeGreaterThanOrEqual(4);
  expect(asked.length).toBeLessThanOrEqual(5);
  await pass(3_000);
  expect(opened).toHaveLength(1);
  last().send("retry: 2000\n\n");
  await pass(0);
  expect(stream.state()).toBe("live");
  const before = asked.length;
  last().send(quote(1, "AAA", "2.00"));
  await pass(30_000);
  expect(asked).toHaveLength(before);
  expect(seen.at(-1)?.price).toBe("2.00");
});

test("a hidden tab follows nothing; shown again it catches up with what was missed", async () => {
  const { stream, now, opened, last } = world();
  stream.watch(["AAA"]);
  await pass(200);
  last().send(quote(4, "AAA", "1.00"));
  await pass(0);
  now.visible = false;
  stream.visibilityChanged();
  await pass(120_000);
  expect(opened).toHaveLength(1);
  expect(opened[0]?.isAborted()).toBe(true);
  now.visible = true;
  stream.visibilityChanged();
  await pass(0);
  expect(last().lastId).toBe("4-0");
  expect(opened).toHaveLength(2);
});

test("a line that says nothing any more is given up", async () => {
  const { stream, opened, last } = world();
  stream.watch(["AAA"]);
  await pass(200);
  for (let at = 0; at < 5; at += 1) {
    last().send(": alive\n\n");
    await pass(15_000);
  }
  expect(opened).toHaveLength(1);
  await pass(45_000);
  expect(opened.length).toBeGreaterThan(1);
});

test("a reset forgets where one was; nobody watching ends it", async () => {
  const { stream, opened, last } = world();
  const leave = stream.watch(["AAA"]);
  await pass(200);
  last().send(`${quote(4, "AAA", "1.00")}event: reset\ndata: {}\n\n`);
  await pass(0);
  last().end();
  await pass(2_000);
  expect(last().lastId).toBeNull();
  leave();
  await pass(60_000);
  expect(opened.every((one) => one.isAborted())).toBe(true);
  expect(opened).toHaveLength(2);
  expect(stream.state()).toBe("idle");
});

test("a list that is too long for the address asks for everything", async () => {
  const { stream, last } = world();
  stream.watch(Array.from({ length: 200 }, (_, at) => `SYM${at}`));
  await pass(200);
  expect(last().symbols).toBe("");
});
