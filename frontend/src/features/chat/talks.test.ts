import { nextOf, turnsOf } from "@/features/chat/model";
import type { StoredTurn } from "@/features/chat/queries";
import { Talks } from "@/features/chat/talks";
import type { TalkPorts } from "@/features/chat/talks";

const TURN = "0".repeat(26);
const MESSAGE = { client_message_id: "m-12345678", text: "How much?", locale: "en" };
const line = (seq: number, name: string, data: object) => `id: ${TURN}:${seq}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const META = line(0, "meta", { badge: "embedded", model: "templates", lang: "en" });
const HALF = META + line(1, "delta", { op: "append", at: 0, text: "You have " });
const REST = line(2, "delta", { op: "append", at: 9, text: "5." }) + line(3, "done", { finish: "complete" });

const stored = (more: Partial<StoredTurn> = {}): StoredTurn => ({
  turn_id: TURN, client_message_id: MESSAGE.client_message_id, message_id: `${TURN}.a`, at: "2026-11-27T00:00:00Z", ended_at: null, open: false,
  finish: "complete", locale: "en", text: MESSAGE.text, answer: "You have 5.", citations: [], results: [], proposals: [],
  made: { badge: "embedded", model: "templates", lang: "en", disclaimer: null, reason: null }, ...more,
});

function stand(more: Partial<TalkPorts> = {}) {
  const followed: (string | null)[] = [];
  const over: string[] = [];
  const talks = new Talks({
    ask: async () => new Response(HALF),
    follow: async (_, __, lastId) => {
      followed.push(lastId);
      return new Response(REST);
    },
    stop: async () => undefined,
    stored: async () => stored(),
    onOver: (conversation) => over.push(conversation),
    wait: async () => undefined,
    now: () => "2026-11-27T00:00:00Z",
    ...more,
  });
  const ended = () =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (talks.of("c").every((one) => one.phase !== "writing")) resolve();
      };
      talks.subscribe(look);
      look();
    });
  return { talks, followed, over, ended };
}

test("a cut answer is taken up by the id of its last event, and the list is told at its end", async () => {
  const { talks, followed, over, ended } = stand();
  talks.send("c", MESSAGE);
  await ended();
  const [talk] = talks.of("c");
  expect(talk).toMatchObject({ phase: "over", answer: { text: "You have 5.", finish: "complete" } });
  expect(followed).toEqual([`${TURN}:1`]);
  await Promise.resolve();
  expect(over).toEqual(["c"]);
});

test("events that are gone are read from the stored message", async () => {
  const { talks, ended } = stand({ follow: async () => new Response("{}", { status: 410 }) });
  talks.send("c", MESSAGE);
  await ended();
  expect(talks.of("c")[0]).toMatchObject({ phase: "over", answer: { text: "You have 5.", finish: "complete" } });
});

test("a line that stays dead leaves what was said, and a resume completes it", async () => {
  let dead = true;
  const { talks, ended } = stand({ follow: async () => (dead ? Promise.reject(new Error("off")) : new Response(REST)) });
  talks.send("c", MESSAGE);
  await ended();
  expect(talks.of("c")[0]).toMatchObject({ phase: "cut", answer: { text: "You have " } });
  dead = false;
  talks.resume("c", MESSAGE.client_message_id);
  await ended();
  expect(talks.of("c")[0]).toMatchObject({ phase: "over", answer: { text: "You have 5." } });
});

test("a refusal is told with its code, and nothing was begun", async () => {
  const problem = { code: "too_many_messages", detail: "", retry_after_s: 7 };
  const { talks, ended } = stand({ ask: async () => new Response(JSON.stringify(problem), { status: 429 }) });
  talks.send("c", MESSAGE);
  await ended();
  expect(talks.of("c")[0]).toMatchObject({ phase: "refused", refusal: { code: "too_many_messages", retryAfter: 7 } });
});

test("a stop asks the server; before there is anything to stop it leaves", async () => {
  const stopped: string[] = [];
  const hanging = (signal: AbortSignal) => new Promise<Response>((_, reject) => signal.addEventListener("abort", () => reject(new Error("left"))));
  const { talks, ended } = stand({
    ask: (_, __, signal) => hanging(signal),
    stop: async (_, turn) => void stopped.push(turn),
  });
  talks.send("c", MESSAGE);
  await talks.stop("c", MESSAGE.client_message_id);
  await ended();
  expect(talks.of("c")[0]).toMatchObject({ phase: "over", answer: { finish: "stopped" } });
  expect(stopped).toEqual([]);
  const open = stand({ follow: (_, __, ___, signal) => hanging(signal), stop: async (_, turn) => void stopped.push(turn) });
  open.talks.follow("c", stored({ open: true, finish: null }));
  await open.talks.stop("c", MESSAGE.client_message_id);
  expect(stopped).toEqual([TURN]);
  open.talks.forget();
});

test("what was left is not brought back by what still arrives", async () => {
  let answer: (response: Response) => void = () => undefined;
  const { talks, over } = stand({ ask: () => new Promise((resolve) => (answer = resolve)) });
  talks.send("c", MESSAGE);
  talks.forget();
  answer(new Response(HALF));
  await new Promise((done) => setTimeout(done, 0));
  expect(talks.of("c")).toEqual([]);
  expect(over).toEqual([]);
});

test("stored and running answers are one list; the stored one wins over one that lost its end", async () => {
  const { talks, ended } = stand({ follow: async () => Promise.reject(new Error("off")) });
  const earlier = stored({ client_message_id: "m-00000000", text: "Before" });
  talks.send("c", MESSAGE);
  expect(turnsOf([stored({ open: true, finish: null, answer: "" }), earlier], talks.of("c")).map((one) => [one.question, one.phase])).toEqual([
    ["Before", "over"], ["How much?", "writing"],
  ]);
  await ended();
  const turns = turnsOf([stored({ finish: "stopped", answer: "You have " }), earlier], talks.of("c"));
  expect(turns.map((one) => nextOf(one))).toEqual([null, "again"]);
  expect(turnsOf([earlier], talks.of("c")).map((one) => nextOf(one))).toEqual([null, "resume"]);
  expect(turnsOf([stored({ finish: null })], []).map((one) => nextOf(one))).toEqual(["again"]);
});
