"""Acts the core's commands without torch, so that a monkey may start as many as it likes."""

import json
import sys
import time
from pathlib import Path

from PIL import Image, PngImagePlugin

from stylegan_core.files.whole_file import beside
from stylegan_core.lab.quality import NUMBERS
from stylegan_core.latents.nearness import Nearness
from stylegan_core.pictures.saved_picture import RECIPE
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.run import events
from stylegan_core.rundir import EventWriter, RunDir
from tests.explorer.train import fake_run

LASTS = 20  # seconds a trainer obeys before it is finished


def train(folder: Path) -> None:
    """A run that is there at once, and then says what a trainer says until it is told to stop."""
    run = RunDir(folder) if RunDir(folder).exists() else fake_run.write_run(folder, 30, began=time.time() - 60)
    run.control.mkdir(exist_ok=True)
    writer, reason = EventWriter(run), "finished"
    for count in range(10 * LASTS):
        time.sleep(0.1)
        asked = [each for each in ("stop", "snapshot", "metric") if (run.control / each).exists()]
        for each in asked:
            (run.control / each).unlink(missing_ok=True)
        if "stop" in asked:
            reason = "stopped"
            break
        if not (run.control / "pause").exists() and count % 5 == 0:
            writer.write(fake_run.tick(30 + count / 100, 2, 0.8, {"time": time.time(), "img": 30_000 + 10 * count}))
    writer.write(events.End(reason=reason, img=33_000, text="", time=time.time()))
    writer.close()


def avatars(folder: Path) -> None:
    """Twenty pictures of one colour."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(20):
        Image.new("RGB", (16, 16), (10 * index, 90, 90)).save(folder / f"{index:05d}.png")
    (folder / "labels.json").write_text('{"attributes": {}, "pictures": {}}', encoding="utf-8")


def film(out: Path) -> None:
    """Forty frames in two seconds, in a file that is no film."""
    sys.stdin.read()
    for done in range(41):
        time.sleep(0.05)
        _say_progress(done, 40)
    out.write_text("no film")


def project(out: Path) -> None:
    """Ten nearest pictures in two seconds, each nearer than the one before."""
    for done in range(11):
        time.sleep(0.2)
        said = PngImagePlugin.PngInfo()
        said.add_itxt(RECIPE, Recipe(Latent(done)).to_json())
        with beside(out) as part:
            Image.new("RGB", (16, 16), (20 * done, 90, 90)).save(part, format="PNG", pnginfo=said)
        _say_progress(done, 10)
    sys.stdout.write(Nearness(difference=10.0, begun=40.0, random=50.0, spread=60.0, unlike=0.8).to_json())


def measure() -> None:
    """Numbers after a second."""
    for done in range(11):
        time.sleep(0.1)
        _say_progress(done, 10)
    sys.stdout.write(json.dumps({"model": "measured", "fakes": 100, "reals": 100, **dict.fromkeys(NUMBERS, 1.5)}))


def _say_progress(done: int, total: int) -> None:
    sys.stderr.write(f"progress {done} {total}\n")
    sys.stderr.flush()


def main(arguments: list[str]) -> int:
    """Answers; sometimes that nothing can be done."""
    match arguments:
        case ["train", folder, *_]:
            train(Path(folder))
        case ["data", "avatars", folder, *_]:
            avatars(Path(folder))
        case ["data", "check", folder, *_] if Path(folder).is_dir():
            sys.stdout.write(json.dumps({"pictures": 20, "resolution": 16, "not_square": 2, "unreadable": {"a": "b"}}))
        case ["film", _, "-", "--out", out, *_]:
            film(Path(out))
        case ["project", _, _, "--out", out, *_]:
            project(Path(out))
        case ["metrics", *_]:
            measure()
        case ["preflight", *_]:
            levels = [{"resolution": 16, "kimg": 40, "batch": 16, "img_per_s": 90, "seconds": 444, "measured": True}]
            sys.stdout.write(
                json.dumps({"levels": levels, "seconds": 444, "device": "CPU", "memory": 1e9, "disk": 1e8})
            )
        case _:
            sys.stderr.write("This cannot be done.\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
