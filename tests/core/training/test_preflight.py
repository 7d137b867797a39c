"""What a training will need: measured, added up, refused where it cannot fit."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from stylegan_core.cli import preflight as command
from stylegan_core.cores import all_cores
from stylegan_core.data.cache import LevelCache
from stylegan_core.data.source import open_dataset
from stylegan_core.model import save_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_generator
from stylegan_core.training.config import changed, preset
from stylegan_core.training.preflight import (
    DRAWING_SHARE,
    level_costs,
    memory_needed,
    memory_problems,
    preflight,
)
from stylegan_core.training.speed import settling_images, with_critic

TINY = preset("tiny")
GIB = 2**30


def test_every_level_has_its_time_and_they_add_up(tmp_path: Path) -> None:
    answer = preflight(TINY, 12, tmp_path / "not" / "yet", budget=0.5)
    assert [level.resolution for level in answer.levels] == [4, 8, 16]
    assert [level.kimg for level in answer.levels] == [0.032, 0.064, 0.096]
    assert answer.levels[0].measured
    images = [level.kimg * 1000 + settling_images(TINY, level.level) for level in answer.levels]
    assert images[0] == 32 and images[1] > 64
    each = [level.img_per_s for level in answer.levels]
    assert answer.seconds == pytest.approx(sum(n / speed for n, speed in zip(images, each, strict=True)))
    assert answer.problems == ()


def test_it_is_measured_with_the_threads_of_the_run(tmp_path: Path) -> None:
    answer = preflight(changed(TINY, ["threads=2"]), 0, tmp_path, budget=0.1)
    assert torch.get_num_threads() == 2
    assert any("threads=2" in note for note in answer.notes) == (all_cores() < 2)


def test_what_was_not_measured_follows_from_what_was() -> None:
    costs = level_costs(TINY, {(0, "stable"): 0.01}, torch.float32)
    assert [cost.measured for cost in costs] == [True, False, False]
    assert costs[0].img_per_s == pytest.approx(100)
    assert costs[0].img_per_s >= costs[1].img_per_s >= costs[2].img_per_s


def test_the_critic_takes_time_from_where_it_joins() -> None:
    # From the moment at which 16² has faded in.
    config = changed(TINY, ["settle_steps=0", "critic.weight=1", "critic.from_kimg=0.128"])
    measured = {(level, "stable"): 0.01 for level in range(3)}
    without, beside = (level_costs(changed(config, [f"critic.weight={w}"]), measured, torch.float32) for w in (0, 1))
    spent = [one.seconds - other.seconds for one, other in zip(beside, without, strict=True)]
    assert spent == pytest.approx([0, 0, 0.01 * 64 * (with_critic(config, 2) - 1)])


def test_a_fade_takes_its_own_time() -> None:
    """On CUDA fades are not recorded; they were charged at the speed of replayed steps."""
    config = changed(TINY, ["settle_steps=8"])
    measured = {(level, kind): each for level in range(3) for kind, each in (("stable", 0.01), ("fade", 0.03))}
    costs = level_costs(config, measured, torch.float32)
    fading = [0.0, 32 + settling_images(config, 1), 32 + settling_images(config, 2)]
    assert [cost.seconds for cost in costs] == pytest.approx(
        [0.03 * slow + 0.01 * quick for slow, quick in zip(fading, (32, 32, 64), strict=True)]
    )
    assert costs[1].img_per_s == pytest.approx(64 / (32 * 0.01 + 32 * 0.03))


def test_planned_measurements_of_the_distance_take_their_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A run that measures often takes longer for it, and nobody had said so."""
    config = changed(TINY, ["metric_kimg=0.03", "metric_count=50", "settle_steps=0"])
    plain = level_costs(changed(config, ["metric_kimg=0"]), {(0, "stable"): 0.01}, torch.float32)
    costs = level_costs(config, {(0, "stable"): 0.01}, torch.float32, judged=20.0)
    more = [cost.seconds - without.seconds for cost, without in zip(costs, plain, strict=True)]
    assert more == pytest.approx(
        [times * (20 + 50 * DRAWING_SHARE / cost.img_per_s) for times, cost in zip((1, 2, 3), costs, strict=True)]
    )
    assert preflight(config, 12, tmp_path, budget=0.2).seconds > preflight(TINY, 12, tmp_path, budget=0.2).seconds + 0.1
    monkeypatch.setitem(sys.modules, "efficientnet_lite_pytorch", None)
    (says,) = preflight(config, 12, tmp_path, budget=0.2).problems
    assert "stylegan-explorer[metrics]" in says
    assert preflight(TINY, 12, tmp_path, budget=0.2).problems == ()


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


def test_memory_and_disk_of_the_levels_make_up_the_totals(tmp_path: Path) -> None:
    config = changed(TINY, ["keep_every=0"])
    answer = preflight(config, 1000, tmp_path, budget=0.1, cache=tmp_path / "cache")
    plain = preflight(config, 1000, tmp_path, budget=0.1)
    decoded = [1000 * 3 * (4 << level) ** 2 for level in range(3)]
    assert answer.memory == max(level.memory for level in answer.levels)
    assert [level.disk - without.disk for level, without in zip(answer.levels, plain.levels, strict=True)] == decoded
    assert answer.disk - plain.disk == sum(decoded)
    assert answer.disk > sum(level.disk for level in answer.levels)
    assert (answer.problems, answer.notes) == ((), ())


def test_the_first_level_of_a_plan_decodes_the_pictures_below_it_too() -> None:
    config = preset("avatars-32")
    decoded = [1000 * 3 * (4 << level) ** 2 for level in range(4)]
    with_it, without = (level_costs(config, {}, torch.bfloat16, room) for room in (decoded, ()))
    more = [cost.disk - other.disk for cost, other in zip(with_it, without, strict=True)]
    assert more == [decoded[0] + decoded[1], decoded[2], decoded[3]]


def test_pictures_decoded_before_are_not_counted_again(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path / "home"))
    arguments = ["--preset", "tiny", "--data", str(pictures), "--seconds", "0.1", "--run", str(tmp_path), "--json"]
    assert command.main(arguments) == 0
    before = json.loads(capsys.readouterr().out)["disk"]
    cache = LevelCache(open_dataset(pictures, 16))
    cache.batch(2, range(12))
    cache.close()
    assert command.main(arguments) == 0
    after = json.loads(capsys.readouterr().out)["disk"]
    assert 0 < before - after <= 12 * 3 * (16 + 64 + 256)


def test_a_run_from_a_network_is_measured_with_that_network(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The times and the plan were those of the preset, whatever network the run began from."""
    torch.manual_seed(0)
    wide = NetworkConfig(16, z_dim=16, w_dim=16, mapping_width=16, mapping_layers=2, fmap_base=2048, fmap_max=96)
    path = tmp_path / "wide.safetensors"
    save_model(path, build_generator(wide), level=1)
    arguments = ["--preset", "tiny", "--data", str(pictures), "--seconds", "0.2", "--json"]
    assert command.main(arguments) == 0
    own = json.loads(capsys.readouterr().out)
    assert command.main([*arguments, "--init", str(path)]) == 0
    adopted = json.loads(capsys.readouterr().out)
    assert [level["resolution"] for level in own["levels"]] == [4, 8, 16]
    assert [level["resolution"] for level in adopted["levels"]] == [8, 16]
    assert adopted["growth"]["levels"][0]["fade_kimg"] == 0
    assert adopted["levels"][-1]["img_per_s"] < own["levels"][-1]["img_per_s"]
    assert adopted["memory"] > own["memory"]
    assert "M parameters" in adopted["network"] != own["network"]


def test_classes_belong_to_what_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("hats", "shoes"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (16, 16)).save(tmp_path / name / "0.png")
    arguments = ["--preset", "tiny", "--data", str(tmp_path), "--seconds", "0.1", "--json"]
    assert command.main([*arguments, "--set", "data.label=folder"]) == 0
    assert "2 classes" in json.loads(capsys.readouterr().out)["network"]
    with pytest.raises(ValueError, match="no attribute 'colour'"):
        command.main([*arguments, "--set", "data.label=colour"])


@pytest.mark.parametrize("run", ["file", "file/run"])
def test_a_run_that_cannot_be_made_is_refused(run: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"file.* cannot hold a run .*: name another folder"):
        command.main(["--preset", "tiny", "--run", str(tmp_path / run)])


def test_the_command_tells_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--preset", "tiny", "--seconds", "0.2", "--json", "--progress"]) == 0
    assert capsys.readouterr().err.splitlines()[:1] == ["progress 0 3"]


def test_the_command_answers_in_json(pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--preset", "tiny", "--data", str(pictures), "--seconds", "0.2", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {"levels", "seconds", "memory", "disk", "problems"} <= answer.keys()
    assert {"resolution", "kimg", "batch", "img_per_s", "seconds"} <= answer["levels"][0].keys()


def test_the_command_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--preset", "tiny", "--seconds", "0.2"]) == 0
    said = capsys.readouterr()
    assert "16²" in said.out and "in all on" in said.out
    assert "35 k parameters" in said.out and " kB" in said.out and "0 min" not in said.out
    assert "measuring this machine" in said.err  # for a dozen seconds nothing was said
    assert "3/3" in said.err  # the bar had stopped at the last level that was measured
