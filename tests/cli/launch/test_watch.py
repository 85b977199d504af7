"""A server that runs and does not answer: noticed after the patience, not before."""

import threading
from collections.abc import Callable

from app.cli.launch.watch import Watch


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def watch(answers: Callable[[], bool], clock: Clock) -> Watch:
    return Watch(answers, every_s=5.0, patience_s=60.0, now=clock)


def ask(watched: Watch, clock: Clock, until: float) -> list[bool]:
    """Let the time pass in steps of the asking; each question is over before the next step."""
    said = []
    while clock.now < until:
        clock.now += 5.0
        said.append(watched.silent())
        for thread in threading.enumerate():
            if thread.daemon and thread.name.startswith("watch"):
                thread.join(5)
    return said


def test_a_server_that_answers_is_never_silent() -> None:
    clock = Clock()
    assert not any(ask(watch(lambda: True, clock), clock, until=600))


def test_one_that_stops_answering_is_silent_after_the_patience() -> None:
    clock, up = Clock(), [True]
    watched = watch(lambda: up[0], clock)
    assert not any(ask(watched, clock, until=100))
    up[0] = False
    assert not any(ask(watched, clock, until=160))
    assert ask(watched, clock, until=170)[-1]


def test_an_error_is_no_answer_and_a_hanging_question_stops_nobody() -> None:
    clock, hold = Clock(), threading.Event()

    def raises() -> bool:
        raise OSError

    def hangs() -> bool:
        return hold.wait(30)

    assert ask(watch(raises, clock), clock, until=70)[-1]
    clock.now = 0.0
    watched = Watch(hangs, every_s=5.0, patience_s=60.0, now=clock)
    clock.now = 5.0
    assert not watched.silent()
    clock.now = 65.0
    assert watched.silent()
    hold.set()


def test_a_new_start_counts_from_the_beginning() -> None:
    clock = Clock()
    watched = watch(lambda: False, clock)
    assert ask(watched, clock, until=70)[-1]
    watched.begin()
    assert not watched.silent()
