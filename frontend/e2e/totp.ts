// An authenticator app (RFC 6238, SHA-1, 30 s, six digits) that never gives one code twice.
import { createHmac } from "node:crypto";

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

export class Authenticator {
  private last = 0;
  private readonly key: Buffer;

  constructor(secret: string) {
    this.key = decode(secret);
  }

  /** Return a code of a step that was not used yet, waiting for the next one when needed. */
  async code(): Promise<string> {
    let step = Math.floor(Date.now() / 30_000);
    while (step <= this.last) {
      await new Promise((done) => setTimeout(done, 500));
      step = Math.floor(Date.now() / 30_000);
    }
    this.last = step;
    return codeAt(this.key, step);
  }
}
