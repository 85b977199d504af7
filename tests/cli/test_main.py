"""The command table: late imports, one line of help each, and honest exit codes."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from app.cli.main import COMMANDS, main

HEAVY = ("numpy", "pandas", "pymongo", "fastapi", "uvicorn", "sklearn")


def test_help_imports_no_command() -> None:
    code = (
        "import sys\n"
        "from app.cli.main import main\n"
        "main(['--help'], standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "up" in done.stdout


@pytest.mark.parametrize("name", main.list_commands(click.Context(main)))
def test_each_command_loads_under_its_own_name(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    assert command.help


def test_table_rows_point_into_the_command_folder() -> None:
    for name, (module, _, _) in COMMANDS.items():
        assert f"{module}.".startswith(f"app.cli.{name}.")


def test_log_lines_stay_out_of_standard_output() -> None:
    code = (
        "import structlog\n"
        "from app.cli.main import main\n"
        "main(['bench', '--help'], standalone_mode=False)\n"
        "structlog.get_logger('x').warning('said_beside_the_answer', email='a@b.example')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "said_beside" not in done.stdout
    assert "said_beside_the_answer" in done.stderr
    assert "a@b.example" not in done.stderr


def test_unknown_command_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, ["no-such-thing"])
    assert result.exit_code == 2
    assert "no-such-thing" in result.output
