import { EventParser } from "@/lib/live/server-events";

const TEXT = 'retry: 2000\n\nid: 5-0\nevent: quote\ndata: {"symbol":"VTI"}\n\n: alive\n\nevent: reset\ndata: {}\n\n';
const EVENTS = [
  { id: "5-0", name: "quote", data: '{"symbol":"VTI"}' },
  { id: null, name: "reset", data: "{}" },
];

test("reads the same events wherever chunks end, with either line end", () => {
  for (const text of [TEXT, TEXT.replaceAll("\n", "\r\n")]) {
    for (let cut = 0; cut <= text.length; cut += 1) {
      const parser = new EventParser();
      expect([...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))]).toEqual(EVENTS);
      expect(parser.retryMs).toBe(2000);
    }
  }
});

test("an event that has not ended is none yet", () => {
  const parser = new EventParser();
  expect(parser.push("id: 1-0\ndata: a\ndata: b\n")).toEqual([]);
  expect(parser.push("\n")).toEqual([{ id: "1-0", name: "message", data: "a\nb" }]);
});
