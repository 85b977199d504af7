// Server-sent events out of chunks of text: pure, so that a chunk may end anywhere.

export type ServerEvent = { id: string | null; name: string; data: string };

/** Reads chunk by chunk; what is not yet ended by an empty line is kept for the next one. */
export class EventParser {
  /** How long the server wishes to be left alone after the end, once it has said so. */
  retryMs: number | null = null;
  private rest = "";

  push(chunk: string): ServerEvent[] {
    const text = this.rest + chunk;
    // A carriage return at the end may belong to a line feed that has not come yet.
    const whole = text.endsWith("\r") ? text.slice(0, -1) : text;
    const blocks = whole.replace(/\r\n?/g, "\n").split("\n\n");
    this.rest = (blocks.pop() ?? "") + text.slice(whole.length);
    return blocks.flatMap((block) => this.read(block) ?? []);
  }

  private read(block: string): ServerEvent | null {
    const event: ServerEvent = { id: null, name: "message", data: "" };
    const data: string[] = [];
    for (const line of block.split("\n")) {
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") data.push(value);
      else if (field === "event") event.name = value;
      else if (field === "id") event.id = value;
      else if (field === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
    }
    return data.length === 0 ? null : { ...event, data: data.join("\n") };
  }
}
