// The command line of the installation under test.
import { execFileSync } from "node:child_process";

export type Login = { email: string; password: string; totp_secret: string };

export function finnami(...args: string[]): string {
  const program = process.env.FINNAMI_BIN ?? "../../.venv/bin/finnami";
  return execFileSync(program, args, { encoding: "utf8", timeout: 120_000 });
}

export function loginOf(name: string): Login {
  const found = (JSON.parse(finnami("demo", "logins", "--json")) as { logins: Login[] }).logins;
  const login = found.find((one) => one.email.startsWith(`${name}@`));
  if (login === undefined) throw new Error(`no demo log-in for ${name}`);
  return login;
}
