"""What a training will need: measured, added up, refused where it cannot fit."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from stylegan_core.cli import preflight as command
from stylegan_core.training.config import changed, preset
from stylegan_core.training.preflight import (
    disk_needed,
    level_costs,
    memory_needed,
    memory_problems,
    preflight,
)

TINY = preset("tiny")
GIB = 2**30


def test_every_level_has_its_time_and_they_add_up(tmp_path: Path) -> None:
    answer = preflight(TINY, 12, tmp_path / "not" / "yet", budget=0.5)
    assert [level.resolution for level in answer.levels] == [4, 8, 16]
    assert [level.kimg for level in answer.levels] == [0.032, 0.064, 0.096]
    assert answer.levels[0].measured
    assert answer.seconds == pytest.approx(sum(level.kimg * 1000 / level.img_per_s for level in answer.levels))
    assert answer.problems == ()


def test_what_was_not_measured_follows_from_what_was() -> None:
    costs = level_costs(TINY, {0: 0.01})
    assert [cost.measured for cost in costs] == [True, False, False]
    assert costs[0].img_per_s == 100
    assert costs[0].img_per_s >= costs[1].img_per_s >= costs[2].img_per_s


def test_too_little_memory_is_refused_with_what_would_fit() -> None:
    paper = changed(preset("ffhq-1024"), ["growth.batch=32"])
    enough = memory_needed(paper, torch.float32)
    assert memory_problems(paper, torch.float32, enough) == ()
    assert memory_problems(paper, torch.float32, None) == ()
    smaller = memory_needed(replace(paper, micro_batch=4), torch.float32)
    assert smaller < enough
    (says,) = memory_problems(paper, torch.float32, smaller)
    assert "with micro_batch=4 it fits" in says
    (says,) = memory_problems(paper, torch.float32, GIB)
    assert "a smaller preset is needed" in says


def test_the_paper_needs_gigabytes_and_a_small_run_does_not() -> None:
    assert 8 * GIB < memory_needed(preset("ffhq-1024"), torch.float32) < 64 * GIB
    assert memory_needed(preset("avatars-32"), torch.bfloat16) < 2 * GIB
    assert memory_needed(preset("avatars-32"), torch.float32) > memory_needed(preset("avatars-32"), torch.bfloat16)


def test_disk_counts_checkpoints_and_the_cache() -> None:
    config = preset("avatars-32")
    none = disk_needed(config, 0)
    assert disk_needed(config, 1000) - none == 1000 * 3 * (16 + 64 + 256 + 1024)
    assert disk_needed(changed(config, ["keep=9"]), 0) > none
    assert disk_needed(changed(config, ["keep_every=0"]), 0) < none


def test_the_command_answers_in_json(pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--preset", "tiny", "--data", str(pictures), "--seconds", "0.2", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {"levels", "seconds", "memory", "disk", "problems"} <= answer.keys()
    assert {"resolution", "kimg", "batch", "img_per_s", "seconds"} <= answer["levels"][0].keys()


def test_the_command_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--preset", "tiny", "--seconds", "0.2"]) == 0
    out = capsys.readouterr().out
    assert "16²" in out
    assert "in all on" in out
