"""What `make run` and `make test` do, on every system: set up what is missing, then start. Standard library only."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
LINUX = sys.platform.startswith("linux")

# Larger sets hold the smaller ones: after `make test`, `make run` has nothing to install.
EXTRAS = {"run": "data,metrics,train,film,remote", "test": "data,metrics,train,film,remote,tensorboard,dev"}

# What PySide6-Essentials links to on Debian and its relatives, for a window (xcb, wayland) and for offscreen.
QT_PACKAGES = [
    "libegl1",
    "libgl1",
    "libglib2.0-0",
    "libdbus-1-3",
    "libfontconfig1",
    "libfreetype6",
    "libx11-6",
    "libx11-xcb1",
    "libxkbcommon0",
    "libxkbcommon-x11-0",
    "libxcb1",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-shm0",
    "libxcb-sync1",
    "libxcb-util1",
    "libxcb-xfixes0",
    "libxcb-xkb1",
    "libwayland-client0",
    "libwayland-cursor0",
    "libwayland-egl1",
]
SHARED = ["-n", "2", "--dist", "loadfile"]  # the tests among two processes, those of one file in the same
# A real X server without a screen, and a hand to move its mouse: for the mouse-driven tests.
X_SERVER_PACKAGES = {"Xvfb": "xvfb", "xauth": "xauth", "xdotool": "xdotool"}


class SetUpError(Exception):
    """Something that only the person at the machine can mend, in one sentence."""


def say(sentence: str) -> None:
    """Tell the person what happens now."""
    print(f"make: {sentence}", flush=True)


def succeeds(*command: str | Path, **extra_env: str) -> bool:
    """Whether a command runs and exits 0; its output is not shown."""
    try:
        done = subprocess.run(
            command,
            env=os.environ | extra_env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def apt_get() -> list[str] | None:
    """The apt-get command this person may use without being asked for a password, or None."""
    if not LINUX or shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if shutil.which("sudo") and succeeds("sudo", "-n", "true"):
        return ["sudo", "-n", "apt-get"]
    return None


def apt_install(packages: list[str]) -> bool:
    """Install Debian packages where that is permitted; whether it worked."""
    command = apt_get()
    if command is None:
        return False
    say(f"installing {' '.join(packages)} with apt-get")
    quiet = [*command, "-qq", "-o", "DPkg::Lock::Timeout=120"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            [*quiet, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr)
    return done.returncode == 0


def make_venv() -> None:
    """Create .venv in the checkout with this Python, unless one that still works is there."""
    if succeeds(PYTHON.with_stem("pip"), "--version"):  # a script: fails too where the checkout has moved
        return
    say(f"creating {VENV.name} with Python {sys.version.split()[0]}")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if succeeds(*command):
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if apt_install([package]) and succeeds(*command):
        return
    raise SetUpError(f"Python could not create a virtual environment: install {package} and try again.")


def fingerprint() -> str:
    """Changes whenever another installation is asked for: the requirements and sets, or the place of the checkout."""
    digest = hashlib.sha256(f"{ROOT} {EXTRAS}".encode())
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def stamped(name: str) -> bool:
    """Whether this step was done for exactly these requirements, in a virtual environment that is still there."""
    stamp = VENV / f"done-{name}"
    return PYTHON.exists() and stamp.is_file() and stamp.read_text() == fingerprint()


def stamp(name: str) -> None:
    """Remember a step as done, so that the next call need not look."""
    (VENV / f"done-{name}").write_text(fingerprint())


def install_packages(purpose: str) -> None:
    """Install this project and what the purpose needs into .venv, in the tested versions."""
    if stamped("test") or stamped(purpose):
        return
    make_venv()
    say(f"installing the packages listed in constraints.txt into {VENV.name}; the first time takes minutes")
    requirement = f"{ROOT}[{EXTRAS[purpose]}]"
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, "-c", str(ROOT / "constraints.txt"), "-e", requirement], stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0:
        raise SetUpError("pip could not install the packages: its message above says why; mend it and try again.")
    stamp(purpose)


def install_midi() -> None:
    """For MIDI controllers: python-rtmidi where there is a ready one, since not every machine can compile it."""
    if stamped("midi"):
        return
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--only-binary",
        "python-rtmidi",
    ]
    if not succeeds(*pip, "-c", ROOT / "constraints.txt", "-e", f"{ROOT}[midi]"):
        say("MIDI controllers cannot be used: no ready python-rtmidi was found for this Python; all else works")
    stamp("midi")


def missing_qt_libraries() -> list[str]:
    """System libraries that Qt's widgets, OpenGL and platform plugins link to and the loader does not find."""
    folder = VENV.glob("lib/python*/site-packages/PySide6")
    qt = next(folder) / "Qt"
    files = [*(qt / "plugins/platforms").glob("libq*.so"), *(qt / "lib").glob("libQt6Widgets.so.*")]
    listing = subprocess.run(["ldd", *map(str, files)], capture_output=True, text=True, check=False).stdout
    return sorted({line.split()[0] for line in listing.splitlines() if "not found" in line})


def qt_starts() -> bool:
    """Whether Qt opens an application in memory, and its X11 and Wayland plugins have what they link to."""
    program = "from PySide6.QtWidgets import QApplication; QApplication([])"
    if not succeeds(PYTHON, "-c", program, QT_QPA_PLATFORM="offscreen"):
        return False
    return not LINUX or not shutil.which("ldd") or not missing_qt_libraries()


def check_qt() -> None:
    """See that Qt starts; on Linux install the system libraries it lacks, or name them."""
    if stamped("qt"):
        return
    if not qt_starts() and not (apt_install(QT_PACKAGES) and qt_starts()):
        program = "from PySide6.QtWidgets import QApplication; QApplication([])"
        if LINUX and not succeeds(PYTHON, "-c", program, QT_QPA_PLATFORM="offscreen"):
            raise SetUpError(f"Qt lacks system libraries: install {' '.join(QT_PACKAGES)} and try again.")
        if not LINUX:
            raise SetUpError("Qt does not start here: PySide6-Essentials needs a newer operating system.")
        say(f"a window may not open, since Qt lacks {' '.join(missing_qt_libraries())}")
    stamp("qt")


def check_x_server() -> None:
    """For tests with a real mouse: see that Xvfb and xdotool are there, install them, or say what is skipped."""
    if not LINUX or stamped("x-server"):
        return
    missing = [package for program, package in X_SERVER_PACKAGES.items() if not shutil.which(program)]
    if missing and not apt_install(missing):
        say(f"the mouse-driven tests will be skipped, since {' and '.join(missing)} could not be installed")
    stamp("x-server")


def set_up(purpose: str) -> None:
    """Everything that `run` or `test` needs; takes no time when nothing is missing."""
    install_packages(purpose)
    install_midi()
    check_qt()
    if purpose == "test":
        check_x_server()


def screen_problem() -> str | None:
    """Why no window can be opened, as half a sentence; None where one can."""
    if not LINUX or os.environ.get("QT_QPA_PLATFORM") or os.environ.get("WAYLAND_DISPLAY"):
        return None
    if not os.environ.get("DISPLAY"):
        return "neither DISPLAY nor WAYLAND_DISPLAY is set"
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return None
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    refused = xcb.xcb_connection_has_error(xcb.xcb_connect(None, None))
    return f"DISPLAY names {os.environ['DISPLAY']}, and no X server answers there" if refused else None


def bundled_model() -> Path:
    """The network in the box: the model the explorer shows when it is started without one."""
    program = "from explorer.bundled import bundled_models; print(*bundled_models()[:1])"
    found = subprocess.run([PYTHON, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    if not found.stdout.strip():
        raise SetUpError("resources/models holds no network: get the whole repository again.")
    return Path(found.stdout.strip())


def run(arguments: list[str]) -> int:
    """Open the explorer; without a screen say so, and write a screenshot and a rendered picture instead."""
    problem = screen_problem()
    if problem is None:
        return subprocess.call([PYTHON, ROOT / "main.py", *arguments], cwd=ROOT)
    say(f"there is no screen ({problem}), so the window is drawn into a file instead")
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    screenshot, pictures = build / "explorer.png", build / "pictures"
    offscreen = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    shot: list[str | Path] = [PYTHON, ROOT / "main.py", *arguments, "--screenshot", screenshot]
    draw: list[str | Path] = [PYTHON, "-m", "stylegan_core", "render", bundled_model()]
    draw += ["--seeds", "0-15", "--out", pictures]
    for command in (shot, draw):
        code = subprocess.call(command, cwd=ROOT, env=offscreen)
        if code != 0:
            return code
    say(f"the window is in {screenshot.relative_to(ROOT)}, pictures are in {pictures.relative_to(ROOT)}")
    return 0


def test(arguments: list[str]) -> int:
    """Run all tests in two processes, or what the arguments name in one.

    Qt draws in memory, except in the tests that start an X server of their own.
    """
    environment = {"OMP_NUM_THREADS": "1"} | os.environ | {"QT_QPA_PLATFORM": "offscreen"}  # more would only wait
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or every process that a test starts compiles everything again
    return subprocess.call([PYTHON, "-m", "pytest", *(arguments or SHARED)], cwd=ROOT, env=environment)


def main(arguments: list[str]) -> int:
    """`run [MODEL ...]`, `test [PYTEST ARGUMENT ...]`, or `setup`: what `test` needs, and nothing started."""
    purpose, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if purpose not in ("run", "test", "setup"):
        print("usage: make run | make test | make setup", file=sys.stderr)
        return 2
    try:
        set_up("run" if purpose == "run" else "test")
        if purpose == "setup":
            return 0
        return run(rest) if purpose == "run" else test(rest)
    except SetUpError as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
