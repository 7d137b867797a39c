"""``python -m stylegan_core import FILE OUT.safetensors`` or ``import FOLDER OUT_FOLDER``: weights made safe."""

import argparse
import sys
from pathlib import Path

from stylegan_core.amounts import counted
from stylegan_core.cli.arguments import add_overwrite, check_free, path
from stylegan_core.formats.sentences import LONGEST_PATH, shown
from stylegan_core.rundir import CHECKPOINTS

SUFFIX = ".safetensors"


def main(argv: list[str]) -> int:
    """Converts a file, or every file of a folder that holds a network; returns the exit code.

    Raises ValueError or OSError for a single file that cannot be read; of a folder, those are listed on stderr and
    the exit code is 2 only if none could be read.
    """
    parser = argparse.ArgumentParser(prog="python -m stylegan_core import", description=__doc__)
    parser.add_argument("source", type=path, help="weight file of any supported kind, or a folder of them")
    parser.add_argument("target", type=path, help="file ending in .safetensors, or a folder")
    parser.add_argument("--half", action="store_true", help="store 16-bit numbers: half the size, not exact")
    add_overwrite(parser)
    arguments = parser.parse_args(argv)
    if not arguments.source.exists():
        raise FileNotFoundError(f"{arguments.source} does not exist; name a weight file or a folder of them.")
    if arguments.source.is_dir() and not (arguments.source / CHECKPOINTS).is_dir():
        return _folder(arguments.source, arguments.target, half=arguments.half, overwrite=arguments.overwrite)
    if arguments.target.suffix != SUFFIX:
        raise ValueError(f"{arguments.target}: the converted file's name must end in {SUFFIX}.")
    _one(arguments.source, arguments.target, half=arguments.half, overwrite=arguments.overwrite)
    return 0


def _folder(source: Path, target: Path, *, half: bool, overwrite: bool) -> int:
    if target.exists() and not target.is_dir():
        raise ValueError(f"{target} is a file; what a folder holds is converted into a folder.")
    own = target.resolve()
    files = sorted(p for p in source.rglob("*") if p.is_file() and not p.resolve().is_relative_to(own))
    if not files:
        raise ValueError(f"{source} is a folder without files; there is nothing to convert.")
    done = 0
    for file in files:
        out = (target / file.relative_to(source)).with_name(file.name.removesuffix(SUFFIX) + SUFFIX)
        try:
            _one(file, out, half=half, overwrite=overwrite)
            done += 1
        except (ValueError, OSError) as error:
            sys.stderr.write(f"skipped: {error}\n")
        except Exception as error:  # noqa: BLE001 - one file must not keep the others from being converted
            sys.stderr.write(f"skipped: {file}: it could not be converted ({type(error).__name__}: {error}).\n")
    print(f"{done} of {counted(len(files), 'file')} converted into {shown(str(target), LONGEST_PATH)}")
    return 0 if done else 2


def _one(source: Path, target: Path, *, half: bool, overwrite: bool) -> None:
    check_free(target, overwrite=overwrite)
    if target.exists() and source.exists() and target.samefile(source):
        raise ValueError(f"{target} is the file that is to be converted; choose another name.")

    import torch

    from stylegan_core.model import save_model
    from stylegan_core.training.finetune import open_init

    found = open_init(source)
    dtype = torch.float16 if half else torch.float32
    save_model(target, found.model, discriminator=found.discriminator, dtype=dtype)
    name = shown(str(target), LONGEST_PATH)
    print(f"{name}: {found.model.info.architecture}, {found.model.resolution}², from {found.origin}")
    for note in found.model.info.notes:
        print(f"  {note}")
