"""A serving process keeps its matrix library on one thread, unless somebody has said otherwise."""

import os
import subprocess
import sys

import pytest

from app.cli.launch.threads import LIMITS, keep_to_one_thread


class TestKeepToOneThread:
    def test_limits_are_set_and_an_operators_own_stays(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in LIMITS:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(LIMITS[0], "3")

        keep_to_one_thread()

        assert [os.environ[name] for name in LIMITS] == ["3", "1", "1"]

    def test_command_that_serves_sets_them_before_numpy_is_loaded(self) -> None:
        code = (
            "import sys, app.cli.main, app.cli.serve, app.cli.benching.answer_server;"
            "sys.exit('numpy' in sys.modules)"
        )

        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
