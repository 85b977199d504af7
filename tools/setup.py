"""`python3 -m tools.setup WHAT ...`: installs what the targets of the Makefile need."""

import sys
from collections.abc import Callable
from pathlib import Path

from tools import browser, node_env, python_env
from tools.steps import RefusedError, say


def pages_if_possible() -> None:
    """Build the pages; without any Node say so and go on: the API runs without them."""
    try:
        node_env.check_node()
    except RefusedError as refused:
        if "none is here" not in str(refused):
            raise
        say(f"{refused}; the API starts without pages")
        return
    node_env.build()


ACTIONS: dict[str, Callable[[], object]] = {
    "python": python_env.install,
    "ui": lambda: node_env.install(node_env.FRONTEND),
    "e2e": lambda: node_env.install(node_env.E2E),
    "pages": lambda: node_env.build(quiet=False),
    "pages-if-possible": pages_if_possible,
    "browser": browser.install,
    "lock": python_env.lock,
    "wheel": lambda: python_env.wheel(Path("dist")),
}


def main(arguments: list[str]) -> int:
    """Do the named actions in order; return the exit code."""
    unknown = [name for name in arguments if name not in ACTIONS]
    if unknown or not arguments:
        print(f"usage: python3 -m tools.setup {' '.join(ACTIONS)}", file=sys.stderr)
        return 2
    try:
        for name in arguments:
            ACTIONS[name]()
    except RefusedError as refused:
        print(f"finnami: {refused}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
