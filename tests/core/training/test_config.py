"""Presets and settings: they survive JSON, settings reach what they name, nonsense is refused in a sentence."""

import json

import pytest

from stylegan_core.training.config import PRESETS, TrainingConfig, changed, preset


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_survives_json(name: str) -> None:
    config = preset(name)
    assert config.preset == name
    assert config.meaning.endswith(".")
    assert TrainingConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_the_paper_trains_at_1024_for_25_million_images() -> None:
    config = preset("ffhq-1024")
    assert (config.network.resolution, config.growth.total_kimg, config.gamma) == (1024, 25_000, 10)
    assert (config.r1_interval, config.style_mixing, config.ema_kimg, config.ema_ramp) == (1, 0.9, 10, 0)
    assert config.growth.levels[0].level == 1
    assert config.data.mirror
    plans = {4 << plan.level: (plan.fade_kimg, plan.batch, plan.rate) for plan in config.growth.levels}
    small = {8: (0, 128, 0.001), 16: (600, 128, 0.001), 32: (600, 64, 0.001), 64: (600, 32, 0.001)}
    large = {128: (600, 16, 0.0015), 256: (600, 8, 0.002), 512: (600, 4, 0.003), 1024: (600, 4, 0.003)}
    assert plans == small | large  # spec-core 5.1, one GPU


def test_widths_of_avatars_64() -> None:
    network = preset("avatars-64").network
    assert [network.channels(level) for level in range(network.levels)] == [128, 128, 128, 64, 32]


def test_settings_reach_what_they_name() -> None:
    config = changed(
        preset("tiny"),
        [
            "gamma=2.5",
            "network.fmap_max=8",
            "data.label=hair_colour",
            "data.mirror=yes",
            "growth.16.stable_kimg=3",
            "growth.rate=0.1",
            "growth.fade_kimg=1",
        ],
    )
    assert config.gamma == 2.5
    assert config.network.fmap_max == 8
    assert (config.data.label, config.data.mirror) == ("hair_colour", True)
    assert [level.stable_kimg for level in config.growth.levels] == [0.032, 0.032, 3]
    assert [level.fade_kimg for level in config.growth.levels] == [0, 1, 1]
    assert {level.rate for level in config.growth.levels} == {0.1}
    assert changed(config, ["data.label=none"]).data.label is None


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("gamma", "takes key=value"),
        ("gama=1", "There is no setting 'gama'; perhaps gamma is meant"),
        ("batch=4", r"perhaps growth\.batch is meant"),
        ("lable=hat", r"perhaps data\.label is meant"),
        ("lr=1", r"there are network\.…, growth\.…, gamma, .*, init\.…\."),
        ("data.path=a", "There is no setting 'data.path'"),
        ("gamma=much", "takes a number"),
        ("seed=1.5", "takes a whole number"),
        ("gamma=-1", "gamma must be at least 0"),
        ("noise_rate=-1", "noise_rate must be at least 0"),
        ("mapping_rate=-1", "mapping_rate must be at least 0"),
        ("ema_ramp=-1", "ema_ramp must be at least 0"),
        ("ema_kimg=0", "ema_kimg must be more than 0"),
        ("metric_count=99999999999", "metric_count must be at most 1000000"),
        ("data.mirror=perhaps", "true or false"),
        ("ada=1", r"names a group; set one of ada\.target, ada\.interval, ada\.kimg, ada\.most\."),
        (
            "growth=1",
            r"names a group; set one of growth\.fade_kimg, growth\.stable_kimg, growth\.batch, growth\.rate\.",
        ),
        ("gamma.x=1", "perhaps gamma is meant"),
        ("growth.64.rate=1", r"perhaps growth\.4\.rate or "),
        ("growth.16.speed=1", "There is no setting"),
        ("growth.batch=6", "multiple of 4"),
        ("micro_batch=3", "multiple of 4"),
        ("network.resolution=32", "The plan grows to 16², the network is one of 32²"),
        ("preset=other", "There is no setting"),
        ("keep=0", "keep must be at least 1"),
        ("precision=half", "float32 or bfloat16"),
        ("style_mixing=2", "style_mixing must be at most 1"),
        ("gamma=nan", "gamma must be a number up to 1e.12, not nan"),
        ("ada.kimg=inf", r"ada\.kimg must be a number"),
        ("objective.r2=nan", r"objective\.r2 must be a number"),
        ("seed=18446744073709551616", "seed must be a number"),
        ("threads=9999", "threads must be at most"),
        ("growth.rate=nan", "level 0 rate=nan makes no sense"),
        ("growth.16.stable_kimg=inf", "level 2 stable_kimg=inf makes no sense"),
        ("growth.16.fade_kimg=nan", "level 2 fade_kimg=nan makes no sense"),
        ("snapshot_kimg=0.0004", r"snapshot_kimg must be at least 0\.001"),
        ("snapshot_kimg=inf", "snapshot_kimg must be a number"),
        ("metric_kimg=inf", "metric_kimg must be a number"),
        ("metric_kimg=0.0004", r"metric_kimg must be at least 0\.001"),
        ("data.fit=stretch", "crop or letterbox"),
    ],
)
def test_settings_without_sense_are_refused(setting: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        changed(preset("tiny"), [setting])


def test_a_damaged_configuration_is_refused() -> None:
    data = preset("tiny").to_dict()
    for broken in ({**data, "growth": 3}, {**data, "network": None}, {}, {**data, "data": {"colour": 1}}):
        with pytest.raises(ValueError, match=r"config\.json|configuration"):
            TrainingConfig.from_dict(broken)


@pytest.mark.parametrize(
    ("group", "key", "value", "says"),
    [
        ("", "gamma", "two", "gamma takes a number, not 'two'"),
        ("", "seed", 1.5, "seed takes a whole number"),
        ("", "threads", None, "threads takes a whole number"),
        ("data", "path", None, r"data\.path takes a text"),
        ("data", "mirror", "no", r"data\.mirror takes true or false"),
        ("init", "begun", "x", r"init\.begun takes a whole number"),
    ],
)
def test_a_value_of_another_kind_in_config_json_is_named(group: str, key: str, value: object, says: str) -> None:
    """It was told in Python's words, or came up as an error far away, in the middle of a run."""
    data = preset("tiny").to_dict()
    (data[group] if group else data)[key] = value
    with pytest.raises(ValueError, match=f"In config.json {says}"):
        TrainingConfig.from_dict(data)
    data = preset("tiny").to_dict()
    data["growth"]["levels"][0]["batch"] = 8.5
    with pytest.raises(ValueError, match=r"growth\.batch takes a whole number, not 8\.5"):
        TrainingConfig.from_dict(data)


def test_fields_of_a_newer_version_are_left_out() -> None:
    assert TrainingConfig.from_dict({**preset("tiny").to_dict(), "telepathy": True}) == preset("tiny")
