"""Doing jobs again and again until the program is told to end, each in a thread of its own.

The threads share nothing but the queue of what they tell, and each opens the store anew
each time: so one that hangs keeps no other waiting, and a store that was put back from a
backup is seen. Whatever a thread is doing when the program ends is as safe as after
``kill -9``, because a transaction is whole or not there.
"""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from contextlib import AbstractContextManager

    from handrail.engine.engine import Engine
    from handrail.engine.news import News
    from handrail.engine.watch import Job

    Open = Callable[[], AbstractContextManager[Engine]]
    Tell = Callable[[object], None]

__all__ = ["Begun", "Recovered", "Stopped", "Told", "stand"]

PATIENCE = 3.0  # seconds that jobs have to come to an end when the program is told to
REMIND = 3_600.0  # seconds after which a warning that still stands is told again


class Told(NamedTuple):
    """What a job tells: news, or what went wrong."""

    job: str
    what: News | HandrailError | Recovered


class Recovered:
    """A job works again."""


class Begun(NamedTuple):
    """From here on a signal ends the program in good order."""


class Stopped(NamedTuple):
    """The program was told to end."""

    signal: int


class _Ended(NamedTuple):
    """A job will not be done again, because of a fault of the program or because it was once."""

    fault: BaseException | None


class _Worker:
    """Does one job, in its thread."""

    def __init__(self, job: Job, enter: Open, every: float | None) -> None:
        self.job = job
        self._enter = enter
        self._every = every
        self._trouble = ""  # what failed the last time
        self._warned: dict[str, float] = {}  # when each warning was told last

    def run(self, tell: Tell, stopping: threading.Event) -> None:
        """Do it once, or until the program is to end."""
        fault: BaseException | None = None
        try:
            while not stopping.wait(self._once(tell)) and self._every is not None:
                pass
        except BaseException as unforeseen:  # noqa: BLE001 - the main thread settles it
            fault = unforeseen
        tell(_Ended(fault))

    def _once(self, tell: Tell) -> float:
        """Do it; give the seconds until the next time."""
        fault, pause = None, self._every or 0.0
        try:
            with self._enter() as engine:
                for news in self.job.act(engine):
                    tell(Told(self.job.name, news))
                pause = self.job.pause(engine, pause)
                for warning in engine.warnings:
                    self._tell_warning(warning, tell)
        except HandrailError as failed:
            fault = failed
        self._tell_fault(fault, tell)
        return pause

    def _tell_fault(self, fault: HandrailError | None, tell: Tell) -> None:
        """Tell of a fault when it begins, and when it is over."""
        text = "" if fault is None else str(fault)
        if text != self._trouble:
            tell(Told(self.job.name, fault or Recovered()))
        self._trouble = text

    def _tell_warning(self, warning: HandrailError, tell: Tell) -> None:
        """Tell of what did not fail, and not again each time that it is looked at."""
        now = time.monotonic()
        if now - self._warned.get(str(warning), -REMIND) >= REMIND:
            self._warned[str(warning)] = now
            tell(Told(self.job.name, warning))


def stand(jobs: list[Job], enter: Open, every: float | None) -> Iterator[Begun | Told | Stopped]:
    """Do the jobs; tell what they tell, and at the end which signal it was.

    :param enter: opens the engine.
    :param every: seconds between two looks; ``None``: each job is done once.
    """
    told: SimpleQueue[object] = SimpleQueue()
    stopping = threading.Event()
    workers = [_Worker(job, enter, every) for job in jobs]
    threads = [
        threading.Thread(target=one.run, args=(told.put, stopping), name=one.job.name, daemon=True)
        for one in workers
    ]
    with _signals(told):
        yield Begun()
        for thread in threads:
            thread.start()
        try:
            end = yield from _listen(told, len(threads))
        finally:
            stopping.set()
    _join(threads)
    yield from _rest(told)
    if end is not None:
        yield end


def _listen(told: SimpleQueue[object], left: int) -> Generator[Told, None, Stopped | None]:
    """Tell until every job has ended, or a signal comes, which is returned."""
    while left:
        match told.get():
            case Told() as one:
                yield one
            case Stopped() as end:
                return end
            case _Ended(fault):
                if fault is not None:
                    raise fault
                left -= 1
    return None


def _rest(told: SimpleQueue[object]) -> Iterator[Told]:
    """What jobs told while they came to their end."""
    with suppress(Empty):
        while True:
            one = told.get_nowait()
            if isinstance(one, Told):
                yield one


def _join(threads: list[threading.Thread]) -> None:
    until = time.monotonic() + PATIENCE
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))


@contextmanager
def _signals(told: SimpleQueue[object]) -> Iterator[None]:
    """Have the first SIGINT or SIGTERM end the program in good order; a second one at once."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def stop(number: int, _frame: object) -> None:
        restore()
        told.put(Stopped(number))  # a SimpleQueue may be put into from a handler

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        restore()
