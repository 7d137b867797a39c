"""Coverage-guided fuzzing of the readers: ``python -m tests.core.formats.fuzz CORPUS_FOLDER -max_total_time=3600``.

Needs atheris. Starts from the good and the hostile files, keeps in the corpus folder what reaches new code, and stops
at the first input that ends in anything but a network or one sentence. The environment variable READER (pickle,
torch zip, torch legacy or safetensors) keeps to the files that one reader gets.
"""

import os
import sys
import zipfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["stylegan_core.formats"]):
    from stylegan_core.formats.detect import Container, container_of
    from stylegan_core.formats.limits import RefusedFile
    from stylegan_core.formats.reader import convert_file, read_bytes
    from stylegan_core.formats.sentences import DAMAGE

from tests.core.formats.corpus import good_files
from tests.core.formats.hostile import every

MOST = 200_000
READERS = {Container(os.environ["READER"])} if "READER" in os.environ else set(Container)


def is_of_a_reader(data: bytes) -> bool:
    """True for a file that one of the readers fuzzed gets to see."""
    try:
        return container_of(memoryview(data)) in READERS
    except RefusedFile:
        return len(READERS) > 1


def one_input(data: bytes) -> None:
    """Reads and converts; anything but RefusedFile is a finding, and so is one that only the outer net caught."""
    if not is_of_a_reader(data):
        return
    try:
        convert_file(read_bytes(memoryview(data), "file"), "file")
    except RefusedFile as error:
        if isinstance(error.__cause__, DAMAGE):
            raise error.__cause__ from None
        assert "\n" not in str(error) and len(str(error)) < 500


def main() -> None:
    """Fills the corpus folder and runs until told to stop."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    hostile = {name: content for name, content, _ in every(Path("/nonexistent/canary"))}
    with zipfile.ZipFile(Path(__file__).with_name("fuzz_corpus.zip")) as kept:
        for name in kept.namelist():
            if is_of_a_reader(kept.read(name)):
                kept.extract(name, folder)
    for name, content in (good_files() | hostile).items():
        if len(content) < MOST and is_of_a_reader(content):
            (folder / f"seed-{name}".replace("/", "_")).write_bytes(content)
    atheris.Setup(
        [sys.argv[0], str(folder), f"-max_len={MOST}", "-rss_limit_mb=3000", "-timeout=300", *sys.argv[2:]], one_input
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
