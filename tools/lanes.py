"""Runs stages side by side on two cores, each stage's output kept together."""

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field

from tools.reports import Count
from tools.stages import REPORTS, Stage, environment

TAIL_BYTES = 12_000


@dataclass(slots=True)
class Results:
    """What the stages of a run came to; written by several lanes."""

    count: Count = field(default_factory=Count)
    failed_stages: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    stopped: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


def run_lanes(lanes: list[list[Stage]], results: Results) -> None:
    """Run each lane's stages in order, the lanes at the same time; return when all ended."""
    threads = [threading.Thread(target=_lane, args=(lane, results)) for lane in lanes if lane]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def stop_all(results: Results) -> list[str]:
    """End every running stage with its children; return their names."""
    with results.lock:
        results.stopped = True
        names = list(results.running)
        for process in results.running.values():
            _end_group(process)
    return names


def _lane(stages: list[Stage], results: Results) -> None:
    for stage in stages:
        if not results.stopped:
            _run_stage(stage, results)


def _run_stage(stage: Stage, results: Results) -> None:
    log = REPORTS / f"{stage.name.replace(' ', '-').replace('/', '-')}.log"
    started = time.monotonic()
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                stage.command,
                cwd=stage.cwd,
                env=environment(stage),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            output.write(f"{stage.command[0]}: {error}\n".encode())
            _record(stage, results, code=127, seconds=0.0, log_text=str(error))
            return
        with results.lock:
            results.running[stage.name] = process
        print(f"== {stage.name}: started", flush=True)
        try:
            code = process.wait(timeout=stage.limit_s)
        except subprocess.TimeoutExpired:
            _end_group(process)
            code = 124
    text = log.read_bytes()[-TAIL_BYTES:].decode("utf-8", "replace")
    _record(stage, results, code=code, seconds=time.monotonic() - started, log_text=text)


def _record(stage: Stage, results: Results, *, code: int, seconds: float, log_text: str) -> None:
    with results.lock:
        results.running.pop(stage.name, None)
        results.seconds[stage.name] = seconds
        summary = "" if stage.count is None else _add_counts(stage, results, code)
        bad = code != 0 or (stage.count is not None and "nothing" in summary)
        if bad:
            results.failed_stages.append(stage.name)
            if stage.count is None or code == 124:
                results.count.failed += 1
        verdict = f"FAILED (code {code})" if bad else "ok"
        if bad:
            print(f"== output of {stage.name}\n{log_text}", flush=True)
        print(f"== {stage.name}: {verdict} after {seconds:.0f} s{summary}", flush=True)


def _add_counts(stage: Stage, results: Results, code: int) -> str:
    """Add a runner's numbers; a runner that ran nothing, or broke, is one failure."""
    found = stage.count() if stage.count is not None else Count()
    if found.ran == 0:
        found.failed += 1
        results.count.add(found)
        return ": it ran nothing"
    if code != 0 and found.failed == 0:
        found.failed += 1
    results.count.add(found)
    skipped = sum(found.skipped.values())
    return f": {found.passed} passed, {found.failed} failed, {skipped} skipped"


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End a stage's whole process group: SIGTERM, ten seconds, SIGKILL."""
    for number, wait_s in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=wait_s)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        else:
            return
