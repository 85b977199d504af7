// An authenticator app (RFC 6238, SHA-1, 30 s, six digits) that never gives one code twice.
import { createHash, createHmac } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function decode(secret: string): Buffer {
  let bits = "";
  for (const letter of secret.replace(/[\s=]/g, "")) bits += ALPHABET.indexOf(letter).toString(2).padStart(5, "0");
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => parseInt(byte, 2)));
}

function codeAt(key: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

// One person may sign in in several journeys, and a journey that fails begins a new process.
const USED = join(process.env.FINNAMI_DATA_DIR ?? tmpdir(), "e2e-codes");

export class Authenticator {
  private readonly key: Buffer;
  private readonly used: string;

  constructor(secret: string) {
    this.key = decode(secret);
    this.used = join(USED, createHash("sha256").update(this.key).digest("hex"));
  }

  /** Return a code of a step that was not used yet in this run, waiting for the next one when needed. */
  async code(): Promise<string> {
    const last = this.last();
    let step = Math.floor(Date.now() / 30_000);
    while (step <= last) {
      await new Promise((done) => setTimeout(done, 500));
      step = Math.floor(Date.now() / 30_000);
    }
    mkdirSync(USED, { recursive: true });
    writeFileSync(this.used, String(step));
    return codeAt(this.key, step);
  }

  private last(): number {
    try {
      return Number(readFileSync(this.used, "utf8"));
    } catch {
      return 0;
    }
  }
}
