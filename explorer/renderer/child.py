"""The process that draws: ``python -m explorer.renderer.child``, started by the window and never without it.

It hears calls of :class:`explorer.renderer.thread.Worker` on standard input and says what the worker tells on standard
output. It ends when it is told to, and by itself when the window is no more.
"""

import faulthandler
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import IO, NoReturn

from explorer.renderer.pipe import receive, send
from explorer.renderer.rendering import Backend
from explorer.renderer.thread import Worker
from stylegan_core.openmp import spin_briefly

WRITING = 900  # seconds in which files are written that were asked for: a picture of StyleGAN3 can take minutes
log = logging.getLogger(__name__)


def torch_backend() -> Backend:
    """Makes the backend that draws with torch; called on the worker's thread, which is where torch is imported."""
    spin_briefly()
    from explorer.renderer.backend import TorchBackend

    return TorchBackend()


def serve(hears: IO[bytes], says: IO[bytes], make_backend: Callable[[], Backend]) -> None:
    """Does what is heard until there is nothing more to hear; then waits for files that are being written."""
    speaking = threading.Lock()

    def tell(answer: object) -> None:
        try:
            with speaking:
                send(says, answer)
        except OSError:
            log.info("Nobody listens: the window has ended")

    worker = Worker(make_backend, tell)
    calls: dict[str, Callable[..., None]] = {"put": worker.put, "drop": worker.drop, "cancel_load": worker.cancel_load}
    worker.start()
    try:
        while True:
            name, arguments = receive(hears)
            calls[name](**arguments)
    except EOFError:
        if worker.writing:
            worker.stop(timeout=WRITING)


def main(make_backend: Callable[[], Backend] = torch_backend) -> NoReturn:
    """Speaks through what was standard output, whatever else prints goes to standard error; ends the process."""
    faulthandler.enable()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl C in a terminal is meant for the window, which says goodbye
    says = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, says, make_backend)
    os._exit(0)  # nothing is left to write, and a thread may be in the middle of a picture nobody waits for


if __name__ == "__main__":
    main()
