import type { ServerEvent } from "@/lib/live/server-events";
import { MAX_TRIES, readTurn } from "@/lib/live/turn-stream";
import type { TurnPorts } from "@/lib/live/turn-stream";

const event = (seq: number) => `id: t:${seq}\nevent: delta\ndata: {"n":${seq}}\n\n`;
const stream = (text: string, status = 200) => new Response(status === 200 ? text : "{}", { status });
const broken = (text: string) => {
  const pieces = [text];
  return new Response(
    new ReadableStream({
      pull(controller) {
        const piece = pieces.pop();
        if (piece === undefined) controller.error(new Error("cut"));
        else controller.enqueue(new TextEncoder().encode(piece));
      },
    }),
  );
};

function stand(answers: (() => Response | Promise<Response>)[], last = 9) {
  const asked: (string | null)[] = [];
  const pauses: number[] = [];
  const seen: number[] = [];
  const ports: TurnPorts = {
    open: async (lastId) => {
      asked.push(lastId);
      const answer = answers.shift();
      if (answer === undefined) throw new Error("nobody there");
      return answer();
    },
    take: (one: ServerEvent) => {
      const seq = Number(one.id?.split(":")[1]);
      if (seq < seen.length) return "again";
      if (seq > seen.length) return "gap";
      seen.push(seq);
      return seq === last ? "last" : "next";
    },
    wait: async (ms) => void pauses.push(ms),
  };
  return { ports, asked, pauses, seen };
}

const never = () => new AbortController().signal;

test("an answer is read to its last event and not further", async () => {
  const { ports, seen, asked } = stand([() => stream(`retry: 3000\n\n${event(0)}: hb\n\n${event(1)}${event(2)}`)], 1);
  expect(await readTurn(ports, null, never())).toEqual({ kind: "over" });
  expect(seen).toEqual([0, 1]);
  expect(asked).toEqual([null]);
});

test("after a cut it is taken up where it stopped, at once; what comes twice counts once", async () => {
  const { ports, seen, asked, pauses } = stand([() => broken(event(0) + event(1)), () => stream(event(1) + event(2) + event(3))], 3);
  expect(await readTurn(ports, null, never())).toEqual({ kind: "over" });
  expect(asked).toEqual([null, "t:1"]);
  expect(pauses).toEqual([0]);
  expect(seen).toEqual([0, 1, 2, 3]);
});

test("a missing event ends the connection, and the next one begins before it", async () => {
  const { ports, asked } = stand([() => stream(event(0) + event(2)), () => stream(event(1) + event(2))], 2);
  expect(await readTurn(ports, null, never())).toEqual({ kind: "over" });
  expect(asked).toEqual([null, "t:0"]);
});

test("three tries without anything new, then it is cut; anything new counts them anew", async () => {
  const none = stand([]);
  expect(await readTurn(none.ports, null, never())).toEqual({ kind: "cut" });
  expect(none.asked).toHaveLength(1 + MAX_TRIES);
  expect(none.pauses).toEqual([0, 3000, 6000]);
  const away = () => stream("", 502);
  const one = stand([away, away, away, () => broken(`retry: 10\n\n${event(0)}`), away, away, () => stream(event(1))], 1);
  expect(await readTurn(one.ports, null, never())).toEqual({ kind: "over" });
  expect(one.asked).toEqual([null, null, null, null, "t:0", "t:0", "t:0"]);
});

test("a refusal is told and not tried again", async () => {
  const { ports, asked } = stand([() => broken(event(0)), () => stream("", 410)]);
  const end = await readTurn(ports, null, never());
  expect(end.kind === "refused" && end.answer.status).toBe(410);
  expect(asked).toHaveLength(2);
});

test("who leaves asks no more", async () => {
  const leaving = new AbortController();
  const { ports, asked } = stand([
    () => {
      leaving.abort();
      return Promise.reject(new Error("aborted"));
    },
  ]);
  expect(await readTurn(ports, null, leaving.signal)).toEqual({ kind: "cut" });
  expect(asked).toHaveLength(1);
});
