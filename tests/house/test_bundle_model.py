"""A model's card: the curve of its distance is that of one resolution, and its picture shows it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch", reason="torch is not installed")

from stylegan_core.model import save_model
from stylegan_core.networks.generator import build_generator
from stylegan_core.run.events import Event, Heartbeat, Metric, Resume, Start, Tick, encode
from stylegan_core.rundir import RunDir
from stylegan_core.training.config import TrainingConfig, changed, preset
from stylegan_core.training.groups import CriticConfig, InitConfig
from tools.bundle_model import asked, chosen_checkpoint, critic, facts_of, machine, r1
from tools.curve_picture import draw_curve
from tools.run_logs import Log, read_log, whole_curve


def log(config: TrainingConfig, img: int, *curve: tuple[float, float]) -> Log:
    return Log(config, img, 60.0, curve, (0.4, 0.3))


def test_the_curve_goes_on_through_the_runs_a_run_goes_back_to() -> None:
    config = preset("tiny")
    logs = [log(config, 20_000, (10.0, 500.0)), log(config, 12_000, (6.0, 450.0), (12.0, 400.0))]
    assert whole_curve(logs) == [(10.0, 500.0), (26.0, 450.0), (32.0, 400.0)]


def test_what_a_weight_file_has_seen_before_counts_and_the_critic_is_named(tmp_path: Path) -> None:
    config = preset("tiny")
    first, run = tmp_path / "first.safetensors", tmp_path / "run"
    save_model(first, build_generator(config.network), facts={"kimg": 266.4})
    begun = changed(replace(config, init=InitConfig(str(first))), ["critic.weight=0.2"])
    run.mkdir()
    (run / "config.json").write_text(json.dumps(begun.to_dict()))
    metric = {"kind": "metric", "time": 1.0, "img": 10_000, "name": "FD-E", "value": 500.0}
    (run / "events.jsonl").write_text("\n".join(map(json.dumps, [metric, {**metric, "kind": "tick", "img": 20_000}])))
    logs = [read_log(run)]
    save_model(first, build_generator(config.network), facts={"kimg": 286.4})  # the network takes its place in the box
    assert whole_curve(logs) == [(276.4, 500.0)]
    assert facts_of("tiny", logs)["kimg"] == pytest.approx(286.4)
    assert asked(logs).endswith("style mixing 0.9, critic 0.2 at 64²")
    assert log(config, 20_000).before == 0
    assert "critic" not in asked([log(config, 20_000)])


def test_distances_at_another_resolution_are_not_on_it() -> None:
    config = preset("tiny")
    smaller = replace(preset("avatars-32"), seed=1)
    assert whole_curve([log(smaller, 20_000, (10.0, 500.0)), log(config, 12_000, (6.0, 450.0))]) == [(26.0, 450.0)]


def test_a_log_is_read_up_to_the_chosen_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(preset("tiny").to_dict()))
    events = [
        {"kind": "start", "time": 1010.0, "img": 0, "machine": "NVIDIA Any, x86_64, Linux, torch 2"},
        {"kind": "tick", "time": 1010.0, "img": 1000, "diversity": 0.4, "diversity_features": 0.3},
        {"kind": "metric", "time": 1030.0, "img": 2000, "name": "FD-E", "value": 500.0},
        {"kind": "metric", "time": 1050.0, "img": 3000, "name": "FD-E", "value": 700.0},
    ]
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, events)))
    chosen, whole = read_log(tmp_path, 2000), read_log(tmp_path)
    assert (chosen.img, chosen.seconds, chosen.curve) == (2000, 20.0, ((2.0, 500.0),))
    assert (whole.img, whole.seconds, len(whole.curve)) == (3000, 40.0, 2)
    assert machine([whole]) == "one NVIDIA Any"
    assert machine([replace(whole, device="CPU"), whole]).endswith(", then one NVIDIA Any")


def test_the_card_tells_of_every_core_that_worked(tmp_path: Path) -> None:
    """A run that went on with two processes of a thread each was said to be the work of one core."""
    run = written(
        tmp_path, Start(threads=1, machine="CPU, any"), Resume(img=9, threads=1, processes=2, machine="CPU, any")
    )
    words = machine([read_log(run)])
    assert words.startswith("1 core of ") and ", then 2 cores of " in words


def test_a_log_goes_on_after_a_stretch_that_was_lost(tmp_path: Path) -> None:
    """What a killed run did again was left out where the lost stretch had gone beyond the chosen checkpoint."""
    (tmp_path / "config.json").write_text(json.dumps(preset("tiny").to_dict()))
    events = [
        {"kind": "metric", "time": 1010.0, "img": 1000, "name": "FD-E", "value": 500.0},
        {"kind": "tick", "time": 1020.0, "img": 2400},
        {"kind": "resume", "time": 2000.0, "img": 1500},
        {"kind": "metric", "time": 2020.0, "img": 2000, "name": "FD-E", "value": 450.0},
        {"kind": "metric", "time": 2030.0, "img": 3000, "name": "FD-E", "value": 400.0},
    ]
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, events)) + "\ntorn {")
    chosen = read_log(tmp_path, 2000)
    assert (chosen.img, chosen.seconds, chosen.curve) == (2000, 20.0, ((1.0, 500.0), (2.0, 450.0)))


def written(run: Path, *events: Event) -> Path:
    """A run whose log says this."""
    (run / "config.json").write_text(json.dumps(preset("tiny").to_dict()))
    (run / "events.jsonl").write_bytes(b"".join(map(encode, events)))
    return run


def test_a_pause_is_no_work(tmp_path: Path) -> None:
    """A paused trainer's pulse goes on, and two hours of it stood on the card as two hours of training."""
    worked = [Tick(time=1000.0 + at, img=at, diversity=0.1) for at in range(100)]
    paused = [Heartbeat(time=1099.0 + 4.5 * at, img=99) for at in range(1, 1600)]
    again = [Tick(time=8300.0 + at, img=99 + at) for at in range(1, 11)]
    assert read_log(written(tmp_path, *worked, *paused, *again)).seconds == pytest.approx(99 + 9)


def test_a_trainer_that_is_busy_or_slow_works(tmp_path: Path) -> None:
    measuring = [Heartbeat(time=1000.0 + 4.5 * at, img=5, text="Measuring") for at in range(21)]
    slow = [Heartbeat(time=1090.0 + 4.5 * at, img=5) for at in range(1, 6)]  # in a step of half a minute
    assert read_log(written(tmp_path, *measuring, *slow, Tick(time=1120.0, img=21))).seconds == 120


def test_what_was_measured_in_a_stretch_given_up_is_not_on_the_curve(tmp_path: Path) -> None:
    """Distances of weights that were thrown away stood behind the last image of the run."""
    log = read_log(
        written(
            tmp_path,
            Metric(time=1.0, img=1000, name="FD-E", value=500.0),
            Tick(time=2.0, img=3000, diversity=0.9),
            Metric(time=3.0, img=3000, name="FD-E", value=100.0),
            Resume(time=4.0, img=1500),
            Tick(time=5.0, img=2000, diversity=0.3),
            Metric(time=6.0, img=2000, name="FD-E", value=450.0),
        )
    )
    assert (log.img, log.curve, log.diversity[0]) == (2000, ((1.0, 500.0), (2.0, 450.0)), 0.3)


@pytest.mark.usefixtures("qapp")
def test_the_picture_holds_the_curve(tmp_path: Path) -> None:
    from explorer import theme

    draw_curve([(10.0, 900.0), (60.0, 300.0), (100.0, 250.0)], "FD-E", tmp_path / "curve.png")
    with Image.open(tmp_path / "curve.png") as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    colour = theme.DARK.colour("accent")
    accent = (colour.red(), colour.green(), colour.blue())
    rows, columns = np.nonzero(np.abs(pixels - accent).sum(axis=2) < 30)
    left, right = rows[columns == columns.min()].mean(), rows[columns == columns.max()].mean()
    assert np.ptp(columns) > 400 and right - left > 80  # from high on the left to low on the right


def test_the_card_tells_how_each_run_weighed_r1() -> None:
    every = changed(preset("config-f"), ["gamma=2"])
    lazy = changed(every, ["gamma=0.2", "r1_interval=8"])
    few = changed(every, ["gamma=10", "r1_groups=1"])
    told = ["2", "0.2 every 8th step", "10 on 4 pictures of each batch"]
    assert [r1(config) for config in (every, lazy, few)] == told


def test_the_card_tells_how_a_run_weighed_its_critic() -> None:
    sizes = [CriticConfig(gamma=1), CriticConfig(0.2), CriticConfig(0.5, side=128, from_kimg=13, gamma=1)]
    told = ["0", "0.2 at 64²", "0.5 at 128² with R1 1 from 13 thousand images on"]
    assert [critic(config) for config in sizes] == told


def test_the_card_tells_what_changed_from_run_to_run() -> None:
    first = changed(preset("config-f"), ["gamma=2", "growth.rate=0.01"])
    second = changed(first, ["growth.32.rate=0.002", "style_mixing=0.3"])
    assert asked([log(first, 100), log(first, 100), log(second, 100)]) == (
        "R1 weight 2, learning rate 0.01 then 0.002, style mixing 0.9 then 0.3"
    )


def test_the_checkpoint_nearest_to_a_number_is_taken(tmp_path: Path) -> None:
    run = RunDir(tmp_path)
    run.checkpoints.mkdir()
    for name in ("000020", "000025_008", "000025_008.state", "000030"):
        (run.checkpoints / f"{name}.safetensors").touch()
    assert chosen_checkpoint(run, 25) == (run.checkpoints / "000025_008.safetensors", 25_008)
