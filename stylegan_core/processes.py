"""Processes of this machine: whether one still lives, and ending with the one that asked for the work."""

import os
import signal
import sys
import threading
import time

ASKER = "STYLEGAN_EXPLORER_ASKER"  # environment variable: the process that asked for a command, where a program did
LOOK = 1.0  # seconds between two looks at whether the asker is still there
SYNCHRONIZE, WAIT_TIMEOUT, ACCESS_DENIED = 0x00100000, 0x102, 5  # Windows' numbers
GRACE = 10.0  # seconds for the work to clear up behind itself; a step of torch cannot be interrupted


def lives(process: int) -> bool:
    """Whether a process of this number lives on this machine, whoever started it."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        handle = kernel.OpenProcess(SYNCHRONIZE, False, process)
        if not handle:
            return ctypes.get_last_error() == ACCESS_DENIED
        try:
            return bool(kernel.WaitForSingleObject(handle, 0) == WAIT_TIMEOUT)
        finally:
            kernel.CloseHandle(handle)
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def end_with_asker() -> None:
    """Where a program asked, gives the work up as Ctrl-C does once that program is gone: nobody sees it any more.

    A person at a command line is no program, and their work goes on. Called in the main thread.
    """
    asker = os.environ.pop(ASKER, "")  # what this process starts was not asked for by that one
    if asker.isdecimal():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        end_with(int(asker), GRACE)


def end_with(process: int, grace: float = 0.0) -> None:
    """Ends this process soon after another one, its parent or the parent of its launcher.

    With ``grace`` it is interrupted first, and ended after so many seconds. It looks again and again, for a pipe that
    is read in a thread stops the loading of libraries on Windows.
    """
    threading.Thread(target=_follow, args=(process, os.getppid(), grace), name="follow", daemon=True).start()


def _follow(process: int, parent: int, grace: float) -> None:
    while lives(process) and os.getppid() == parent:  # which tells of one that is dead but not yet buried
        time.sleep(LOOK)
    if grace:
        _interrupt()
        time.sleep(grace)
    os._exit(1)


def _interrupt() -> None:
    """Ctrl-C for the main thread; a signal also ends its waiting, but Windows has none."""
    if sys.platform == "win32":
        import _thread

        _thread.interrupt_main()
    else:
        os.kill(os.getpid(), signal.SIGINT)
