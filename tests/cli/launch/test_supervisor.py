"""The supervisor with small real programs: order, restarts, giving up, stopping."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli.launch import pidfile, process
from app.cli.launch.child import Child, Program
from app.cli.launch.errors import LaunchError
from app.cli.launch.lock import usable_folder
from app.cli.launch.supervisor import Supervisor
from app.cli.launch.watch import Watch

SLEEPER = "import time; time.sleep(60)"


def python(code: str) -> Callable[[], list[str]]:
    return lambda: [sys.executable, "-I", "-c", textwrap.dedent(code)]


def sleeper(name: str, *, needs: tuple[str, ...] = ()) -> Program:
    return Program(name=name, argv=python(SLEEPER), ready=lambda: True, needs=needs)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return usable_folder(tmp_path / "data")


def run_until(
    folder: Path, programs: list[Program], done: Callable[[list[Child]], bool]
) -> list[str]:
    """Run the supervisor until `done`, then stop it as Ctrl-C would; return what it said."""
    said: list[str] = []

    def on_change(children: list[Child]) -> None:
        if done(children):
            os.kill(os.getpid(), signal.SIGINT)

    guard = threading.Timer(60, os.kill, (os.getpid(), signal.SIGTERM))
    guard.start()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        Supervisor(programs, folder, said.append).run(on_change)
    finally:
        guard.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)
    return said


def all_up(children: list[Child]) -> bool:
    return all(child.up for child in children)


class TestOrder:
    def test_a_child_starts_only_after_what_it_needs(self, folder: Path) -> None:
        seen: list[tuple[str, ...]] = []

        def done(children: list[Child]) -> bool:
            seen.append(tuple(child.program.name for child in children if child.pid))
            return all_up(children)

        programs = [
            Program(name="first", argv=python("print('once')"), ready=lambda: False, once=True),
            sleeper("second", needs=("first",)),
            sleeper("third", needs=("second",)),
        ]
        run_until(folder, programs, done)
        assert not any("second" in names and "first" in names for names in seen)
        assert ("second",) in seen
        assert seen[-1] == ("second", "third")

    def test_children_end_in_reverse_order(self, folder: Path, tmp_path: Path) -> None:
        order = tmp_path / "order"
        code = f"""
            import signal, sys, time
            name = sys.argv[1]
            def end(*_):
                with open({str(order)!r}, "a") as file: file.write(name + "\\n")
                sys.exit(0)
            signal.signal(signal.SIGTERM, end)
            open({str(tmp_path)!r} + "/up-" + name, "w").close()
            time.sleep(60)
        """

        def program(name: str) -> Program:
            up = tmp_path / f"up-{name}"
            return Program(name=name, argv=lambda: [*python(code)(), name], ready=up.exists)

        run_until(folder, [program("one"), program("two")], all_up)
        assert order.read_text().split() == ["two", "one"]

    def test_a_failing_step_stops_everything_and_shows_its_log(self, folder: Path) -> None:
        failing = Program(
            name="migrate", argv=python("print('row 7 is bad'); raise SystemExit(3)"),
            ready=lambda: False, once=True,
        )  # fmt: skip
        with pytest.raises(LaunchError, match=r"migrate failed \(code 3\)(.|\n)*row 7 is bad"):
            run_until(folder, [sleeper("server"), failing], lambda _: False)
        assert not list((folder / "run").glob("*.pid"))

    def test_an_optional_step_may_fail(self, folder: Path) -> None:
        seed = Program(
            name="demo", argv=python("raise SystemExit(1)"),
            ready=lambda: False, once=True, optional=True,
        )  # fmt: skip
        said = run_until(folder, [sleeper("server"), seed], all_up)
        assert any("demo failed (code 1)" in line for line in said)


class TestRestart:
    def test_a_killed_child_is_started_again(self, folder: Path) -> None:
        first: list[int] = []

        def done(children: list[Child]) -> bool:
            (child,) = children
            if child.up and child.pid is not None and not first:
                first.append(child.pid)
                os.kill(child.pid, signal.SIGKILL)
                return False
            return child.up and child.restarts == 1

        said = run_until(folder, [sleeper("server")], done)
        assert "server ended (signal 9); starting it again in 0.2 s" in said

    def test_five_deaths_in_a_minute_stop_everything(self, folder: Path) -> None:
        code = "import sys; print('no such model'); sys.exit(4)"
        bad = Program(name="bad", argv=python(code), ready=lambda: False)
        started = time.monotonic()
        with pytest.raises(LaunchError) as given_up:
            run_until(folder, [sleeper("server"), bad], lambda _: False)
        assert "bad died 5 times in a minute" in str(given_up.value)
        assert str(given_up.value).count("no such model") == 5
        # Pauses of 0.2, 0.4, 0.8 and 1.6 s lie between five starts.
        assert time.monotonic() - started >= 3.0

    def test_a_child_that_never_becomes_ready_is_started_again(self, folder: Path) -> None:
        slow = Program(name="slow", argv=python(SLEEPER), ready=lambda: False, ready_timeout_s=0.3)
        said = run_until(folder, [slow], lambda children: children[0].restarts == 1)
        assert any("slow is not ready after" in line for line in said)


class TestLeftovers:
    def test_children_die_with_a_killed_supervisor(self, tmp_path: Path) -> None:
        code = f"""
            import sys, time
            from pathlib import Path
            from app.cli.launch import process
            child = process.start(
                [sys.executable, "-I", "-c", {SLEEPER!r}], log=Path({str(tmp_path / "log")!r})
            )
            print(child.pid, flush=True)
            time.sleep(60)
        """
        parent = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True
        )
        assert parent.stdout is not None
        child_pid = int(parent.stdout.readline())
        assert pidfile.start_time(child_pid) is not None
        parent.kill()
        parent.wait(timeout=10)
        parent.stdout.close()
        deadline = time.monotonic() + 10
        while pidfile.start_time(child_pid) is not None:
            assert time.monotonic() < deadline, "the child outlived its supervisor"
            time.sleep(0.02)

    def test_a_stale_child_is_ended_by_pid_and_start_time(self, tmp_path: Path) -> None:
        left = subprocess.Popen([sys.executable, "-I", "-c", SLEEPER])
        pidfile.write(tmp_path / "x.pid", left.pid)
        reaper = threading.Thread(target=left.wait)
        reaper.start()
        assert pidfile.end_stale(tmp_path / "x.pid")
        reaper.join(timeout=10)
        assert left.returncode == -signal.SIGTERM

    def test_another_process_with_the_same_pid_is_left_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "x.pid"
        file.write_text(f'{{"pid": {os.getpid()}, "start": "12345"}}')
        assert not pidfile.end_stale(file)

    @pytest.mark.parametrize("text", ["", "[]", '{"pid": "x"}', '{"pid": 1}'])
    def test_a_damaged_pid_file_is_ignored(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "x.pid").write_text(text)
        assert not pidfile.end_stale(tmp_path / "x.pid")


def test_stop_kills_a_child_that_ignores_sigterm(tmp_path: Path) -> None:
    code = """
        import signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("on", flush=True)
        time.sleep(60)
    """
    child = process.start(python(code)(), log=tmp_path / "log")
    process.wait_until_ready(
        child, lambda: (tmp_path / "log").read_text() == "on\n", name="child", timeout_s=20
    )
    assert process.stop(child, grace_s=0.2) == -signal.SIGKILL


def test_a_program_that_hangs_is_ended_and_started_again(folder: Path) -> None:
    """The first process answers nobody although it runs; the second one does."""
    starts: list[int] = []
    program = Program(
        name="hangs",
        argv=python(SLEEPER),
        prepare=lambda: starts.append(1),
        ready=lambda: True,
        watch=Watch(lambda: len(starts) > 1, every_s=0.05, patience_s=0.4),
    )
    said = run_until(folder, [program], lambda children: len(starts) > 1 and all_up(children))
    assert "hangs runs but does not answer; ending it" in said
