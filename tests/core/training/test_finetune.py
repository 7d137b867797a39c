"""Fine-tuning: what is taken from a model, where growing begins, and that the run stands on its own afterwards."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from stylegan_core.model import Model, load_model, save_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_discriminator, build_generator
from stylegan_core.run.events import Alert, PhaseBegin
from stylegan_core.rundir import EventReader, RunDir
from stylegan_core.training.config import changed, preset
from stylegan_core.training.finetune import CAREFUL, adopted, adopted_from, begun_at, open_init, take_over
from stylegan_core.training.launch import Launch, Wish
from stylegan_core.training.state import TrainingState
from tests.core.networks.test_presets import small
from tests.core.reference import reference

CPU = torch.device("cpu")
SIZES = {"z_dim": 12, "w_dim": 12, "mapping_width": 12, "mapping_layers": 2, "fmap_base": 64, "fmap_max": 8}
SHORT = ("growth.stable_kimg=0.016", "growth.fade_kimg=0.016")


def trained(path: Path, resolution: int, *, level: int | None = None, alpha: float = 1.0, judge: bool = True) -> Path:
    torch.manual_seed(5)
    config = NetworkConfig(resolution, **SIZES)
    generator = build_generator(config)
    generator.w_avg.normal_()
    discriminator = build_discriminator(config) if judge else None
    save_model(path, generator, discriminator=discriminator, level=level, alpha=alpha)
    return path


def fine_tune(folder: Path, pictures: Path, init: Path, *settings: str) -> RunDir:
    torch.set_num_threads(1)
    Launch(Wish(folder, "tiny", str(pictures), settings, str(init))).train()
    return RunDir(folder)


@pytest.mark.parametrize("resolution", [8, 16, 32])
def test_shared_levels_are_copied_and_the_rest_is_fresh(tmp_path: Path, resolution: int) -> None:
    origin = open_init(trained(tmp_path / "m.safetensors", resolution))
    config = adopted(preset("tiny"), origin.model, tmp_path / "m.safetensors")
    assert config.network == NetworkConfig(16, **SIZES)
    state, untouched = TrainingState.fresh(config, CPU), TrainingState.fresh(config, CPU)
    take_over(state, origin)
    pairs = (
        (state.generator, origin.model.generator, untouched.generator),
        (state.average, origin.model.generator, untouched.average),
        (state.discriminator, origin.discriminator, untouched.discriminator),
    )
    for mine, source, fresh in pairs:
        theirs, before = source.state_dict(), fresh.state_dict()
        for name, tensor in mine.state_dict().items():
            assert torch.equal(tensor, theirs.get(name, before[name])), name
        assert bool(before.keys() - theirs.keys()) == (resolution < 16)


def test_the_picture_is_the_models_own(tmp_path: Path) -> None:
    path = trained(tmp_path / "m.safetensors", 16)
    origin = open_init(path)
    state = TrainingState.fresh(adopted(preset("tiny"), origin.model, path), CPU)
    take_over(state, origin)
    w = torch.randn(2, 12)[:, None].expand(-1, 6, -1)
    torch.testing.assert_close(Model(state.average).synthesis(w), load_model(path).synthesis(w), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("resolution", "level", "alpha", "first"), [(32, None, 1.0, 2), (32, 1, 1.0, 1), (32, 1, 0.5, 0), (8, None, 1.0, 1)]
)
def test_growing_begins_where_the_model_had_come(
    tmp_path: Path, resolution: int, level: int | None, alpha: float, first: int
) -> None:
    path = trained(tmp_path / "m.safetensors", resolution, level=level, alpha=alpha)
    model = load_model(path)
    growth = adopted(preset("tiny"), model, path).growth
    assert (growth.levels[0].level, growth.levels[0].fade_kimg) == (first, 0)
    assert growth.levels[1:] == preset("tiny").growth.levels[first + 1 :]
    again = adopted(changed(preset("tiny"), ["init.grown=false"]), model, path)
    assert again.growth == preset("tiny").growth


def test_a_network_that_does_not_grow_begins_at_its_full_resolution(tmp_path: Path) -> None:
    config = NetworkConfig(16, architecture="stylegan2", **SIZES)
    model = Model(build_generator(config))
    made = adopted(changed(preset("tiny"), ["init.grown=false"]), model, tmp_path)
    assert [plan.level for plan in made.growth.levels] == [2]
    assert made.network == config


def test_the_critic_joins_earlier_by_the_images_left_out(tmp_path: Path) -> None:
    trained(origin := tmp_path / "m.safetensors", 8)  # so that 4² and the fade to 8² are left out

    def joins(after: str, *asked: str) -> float:
        config = changed(preset("tiny"), [f"critic.from_kimg={after}"])
        return adopted_from(config, str(origin), asked).critic.from_kimg

    assert joins("0.1") == pytest.approx(0.036)
    assert joins("0.05") == 0
    assert joins("0.1", "critic.from_kimg=0.1") == 0.1  # as it was asked


def test_beside_a_discriminator_that_knows_nothing_a_generator_learns_carefully(tmp_path: Path) -> None:
    """At the whole rate it forgot within a thousand images what it could draw, and the discriminator gave up."""
    bare, whole = tmp_path / "bare.safetensors", tmp_path / "whole.safetensors"
    trained(bare, 8, judge=False)
    trained(whole, 8)

    def rates(init: Path, *asked: str) -> list[float]:
        levels = adopted_from(changed(preset("tiny"), asked), str(init), asked).growth.levels
        return [plan.rate for plan in levels]

    usual = [plan.rate for plan in preset("tiny").growth.levels][1:]  # 4² is left out
    assert rates(whole) == usual
    assert rates(bare) == [pytest.approx(CAREFUL * usual[0]), *usual[1:]]
    assert rates(bare, "critic.weight=0.1") == usual  # whom it can learn from
    assert rates(bare, "growth.8.rate=0.004") == [0.004, *usual[1:]]
    assert rates(bare, "growth.rate=0.004") == [0.004] * len(usual)
    assert rates(bare, "network.fmap_max=4")[0] == usual[0]  # no layer of it is taken over


def test_a_person_may_keep_a_width_of_their_own(tmp_path: Path) -> None:
    path = trained(tmp_path / "m.safetensors", 16)
    origin = open_init(path)
    config = adopted(changed(preset("tiny"), ["network.mapping_layers=3"]), origin.model, path, ["mapping_layers"])
    assert config.network.mapping_layers == 3 and config.network.fmap_max == 8
    assert "takes over" in take_over(TrainingState.fresh(config, CPU), origin)


def test_a_file_without_discriminator_says_so(tmp_path: Path) -> None:
    origin = open_init(trained(tmp_path / "m.safetensors", 16, judge=False))
    state = TrainingState.fresh(adopted(preset("tiny"), origin.model, tmp_path), CPU)
    before = {name: tensor.clone() for name, tensor in state.discriminator.state_dict().items()}
    said = take_over(state, origin)
    assert "100% of its generator" in said and "discriminator starts anew" in said
    assert all(torch.equal(tensor, before[name]) for name, tensor in state.discriminator.state_dict().items())


def test_classes_may_differ(tmp_path: Path) -> None:
    from dataclasses import replace

    path = trained(tmp_path / "m.safetensors", 16)
    origin = open_init(path)
    config = adopted(preset("tiny"), origin.model, path)
    config = replace(config, network=replace(config.network, classes=("a", "b", "c")))
    state = TrainingState.fresh(config, CPU)
    take_over(state, origin)
    theirs = origin.model.generator.state_dict()
    assert torch.equal(state.generator.state_dict()["mapping.layers.1.weight"], theirs["mapping.layers.1.weight"])


@pytest.mark.parametrize("name", ["dcgan-32", "config-b"])
def test_a_network_whose_codes_hold_classes_may_be_gone_on_from_without_them(name: str, tmp_path: Path) -> None:
    plain = small(name)
    classes = ("one", "other")
    conditional = Model(build_generator(plain.network.with_classes(classes)))
    assert conditional.config.w_dim == 2 * plain.network.w_dim
    assert adopted(plain, conditional, tmp_path).network == plain.network
    again = adopted(plain, conditional, tmp_path, ["z_dim", "w_dim"])
    assert again.network == plain.network
    assert again.network.with_classes(classes) == conditional.config


def test_a_run_goes_on_from_another_runs_networks_and_then_stands_alone(
    tmp_path: Path, pictures: Path, caplog: pytest.LogCaptureFixture
) -> None:
    torch.set_num_threads(1)
    first = tmp_path / "first"
    Launch(Wish(first, "tiny", str(pictures), SHORT)).train()
    assert open_init(first).discriminator is not None
    run = fine_tune(tmp_path / "second", pictures, first, "growth.stable_kimg=0.016")
    events = EventReader(run).poll()
    said = [event for event in events if isinstance(event, Alert)]
    assert [alert.code for alert in said] == ["init"]
    assert "100% of its generator and 100% of its discriminator" in said[0].text
    assert [(event.level, event.phase) for event in events if isinstance(event, PhaseBegin)] == [(2, "stable")]
    first.rename(tmp_path / "gone")
    assert Launch(Wish(run.path)).train()


def test_another_origin_than_the_runs_own_is_refused(
    tmp_path: Path, pictures: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = trained(tmp_path / "m.safetensors", 16)
    run = fine_tune(tmp_path / "run", pictures, path, "growth.stable_kimg=0.008")
    Launch(Wish(run.path, init=str(path)))
    with pytest.raises(ValueError, match=r"was started from .*m\.safetensors, not from"):
        Launch(Wish(run.path, init=str(tmp_path / "other.safetensors")))


def test_what_is_no_network_is_refused_in_one_sentence(tmp_path: Path, pictures: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "picture.png")
    with pytest.raises(ValueError, match=r"picture\.png"):
        Launch(Wish(tmp_path / "run", "tiny", str(pictures), (), str(tmp_path / "picture.png")))
    assert not (tmp_path / "run" / "config.json").exists()


def test_a_network_without_styles_is_gone_on_from_with_any_preset(tmp_path: Path) -> None:
    """The preset's mixing was held against the network, and refused."""
    path = tmp_path / "plain.safetensors"
    save_model(path, build_generator(small("config-b").network))
    made = adopted_from(preset("stylegan2-32"), str(path), [])
    assert (made.style_mixing, made.objective.path_length) == (0, 0)
    asked = ["style_mixing=0.5"]
    with pytest.raises(ValueError, match="Without styles there is nothing to mix"):
        adopted_from(changed(preset("tiny"), asked), str(path), asked)


def test_weights_are_not_taken_for_those_of_another_architecture(tmp_path: Path) -> None:
    """Of a StyleGAN v1 made a StyleGAN2 59 % were copied, by their names alone."""
    asked = ["network.architecture=stylegan2"]
    with pytest.raises(ValueError, match="holds a StyleGAN v1, whose weights mean something else in a StyleGAN2"):
        adopted_from(changed(preset("stylegan2-32"), asked), str(trained(tmp_path / "m.safetensors", 32)), asked)


def test_a_plan_is_cut_but_never_empty() -> None:
    growth = preset("tiny").growth
    assert begun_at(growth, 0) == growth
    assert [plan.level for plan in begun_at(growth, 9).levels] == [2]


@pytest.mark.parametrize("name", ["stylegan-v1-64.pkl", "stylegan2-ada-64.pkl"])
def test_nvidias_own_files_can_be_gone_on_from(name: str) -> None:
    origin = open_init(reference(name))
    state = TrainingState.fresh(adopted(preset("avatars-64"), origin.model, reference(name)), CPU)
    assert "100% of its generator and 100% of its discriminator" in take_over(state, origin)


def test_a_network_that_can_only_be_drawn_is_refused(tmp_path: Path) -> None:
    class Drawn:
        config = NetworkConfig(16, architecture="lucidrains", **{**SIZES, "z_dim": 12})

    with pytest.raises(ValueError, match="can be drawn but not trained"):
        adopted(preset("tiny"), Drawn(), tmp_path)  # type: ignore[arg-type]
