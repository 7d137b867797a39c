"""Every command of docs/scale.md has batches that its processes can share."""

import itertools
import re
import shlex
from pathlib import Path

import pytest

from stylegan_core.training.config import changed, preset
from stylegan_core.training.parts import places_of

PAGE = Path(__file__).parents[3] / "docs" / "scale.md"
COMMANDS = re.findall(r"torchrun .*?(?=\n\n|\Z)", PAGE.read_text("utf-8").replace("\\\n", " "), re.DOTALL)


@pytest.mark.parametrize("command", [line for line in COMMANDS if "--preset" in line])
def test_the_batches_of_a_command_go_round_its_processes(command: str) -> None:
    """All three were refused by the program."""
    words = shlex.split(command.replace("$SLURM_NNODES", "2"))
    after = dict(itertools.pairwise(words))
    world = int(after.get("--nnodes", "1")) * int(after["--nproc-per-node"])
    config = changed(preset(after["--preset"]), [right for left, right in itertools.pairwise(words) if left == "--set"])
    assert world in (8, 16)
    for plan in config.growth.levels:
        for rank in range(world):
            assert places_of(plan.batch, config.network.mbstd_group, rank, world)


def test_there_are_three_of_them() -> None:
    assert len([line for line in COMMANDS if "--preset" in line]) == 3
