"""Checks that frontend/src/lib/api/schema.d.ts is what frontend/openapi.json generates."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tools.node_env import FRONTEND

SCHEMA = FRONTEND / "src" / "lib" / "api" / "schema.d.ts"


def main() -> int:
    """Return 0 when both are in step, else 1 with the command that repairs it."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "schema.d.ts"
        generator = FRONTEND / "node_modules" / ".bin" / "openapi-typescript"
        done = subprocess.run(
            [str(generator), "openapi.json", "--default-non-nullable", "false", "-o", str(fresh)],
            cwd=FRONTEND,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            print(done.stdout + done.stderr)
            return 1
        if not SCHEMA.is_file() or fresh.read_bytes() != SCHEMA.read_bytes():
            print(f"{SCHEMA} is not what openapi.json generates; run `make openapi`")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
