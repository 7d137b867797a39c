"""Model files: the same picture after saving and loading, and one sentence for every broken one."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from stylegan_core import model as module
from stylegan_core.files import tensor_file
from stylegan_core.model import Model, load_discriminator, load_model, save_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import Generator, build_discriminator
from stylegan_core.recipe import Recipe
from stylegan_core.render import render

SMALL = NetworkConfig(16, z_dim=8, w_dim=8, mapping_width=8, mapping_layers=2, fmap_base=64, fmap_max=8)


@pytest.fixture
def small() -> Model:
    torch.manual_seed(1)
    generator = Generator(SMALL)
    generator.w_avg.normal_()
    return Model(generator, name="small", level=1, alpha=0.25, origin="a test", notes=("random weights",))


def test_a_saved_model_is_the_same_model(small: Model, tmp_path: Path) -> None:
    save_model(tmp_path / "small.safetensors", small)
    again = load_model(tmp_path / "small.safetensors")
    assert again.info == small.info
    assert (again.level, again.alpha, again.resolution, again.num_layers) == (1, 0.25, 16, 6)
    assert (render(again, Recipe()) == render(small, Recipe())).all()


@pytest.mark.parametrize(
    ("device", "said"), [("nowhere", "no device 'nowhere'"), ("cuda:99", r"no cuda device|no cuda:99")]
)
def test_a_device_that_is_not_there_is_refused_in_one_sentence(
    small: Model, tmp_path: Path, device: str, said: str
) -> None:
    save_model(tmp_path / "small.safetensors", small)
    with pytest.raises(ValueError, match=said):
        load_model(tmp_path / "small.safetensors", device=device)


def test_more_strengths_than_noise_layers_are_refused(small: Model) -> None:
    ws = small.w_avg.expand(1, small.num_layers, -1)
    assert torch.equal(small.synthesis(ws, [1.0] * 6), small.synthesis(ws))
    for count in (3, 7):
        with pytest.raises(ValueError, match=f"6 noise layers, but {count} entries"):
            small.synthesis(ws, [1.0] * count)


def test_the_hash_survives_conversion_and_sees_every_change(small: Model, tmp_path: Path) -> None:
    save_model(tmp_path / "a.safetensors", small, facts={"name": "other"})
    assert load_model(tmp_path / "a.safetensors").info.hash == small.info.hash
    small.generator.w_avg[0] += 1
    assert Model(small.generator).info.hash != small.info.hash


def test_the_hash_is_of_names_shapes_and_numbers_sorted_by_name(small: Model) -> None:
    """Recipes, libraries and cards of years name networks by it (contracts: Model)."""
    digest = hashlib.sha256()
    state = small.generator.state_dict()
    for name in sorted(state):
        values = state[name].numpy().astype("<f4")
        digest.update(f"{name}\0{','.join(map(str, values.shape))}\0".encode() + values.tobytes())
    assert small.info.hash == digest.hexdigest()
    assert list(state) != sorted(state)


def test_half_precision_storage_opens_as_float32(small: Model, tmp_path: Path) -> None:
    save_model(tmp_path / "half.safetensors", small, dtype=torch.float16)
    again = load_model(tmp_path / "half.safetensors")
    assert again.w_avg.dtype == torch.float32
    save_model(tmp_path / "full.safetensors", small)
    half, full = ((tmp_path / f"{name}.safetensors").stat().st_size for name in ("half", "full"))
    count = sum(tensor.numel() for tensor in small.generator.state_dict().values())
    assert full - half == pytest.approx(2 * count, abs=100)  # headers differ by a few bytes


def test_a_discriminator_travels_beside(small: Model, tmp_path: Path) -> None:
    discriminator = build_discriminator(SMALL)
    save_model(tmp_path / "both.safetensors", small, discriminator=discriminator)
    again = load_discriminator(tmp_path / "both.safetensors")
    assert again is not None
    image = torch.randn(4, 3, 16, 16)
    torch.testing.assert_close(again(image), discriminator(image))
    save_model(tmp_path / "alone.safetensors", small)
    assert load_discriminator(tmp_path / "alone.safetensors") is None


def _lose_a_tensor(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    del tensors["generator.w_avg"]


def _wrong_shape(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    tensors["generator.w_avg"] = torch.zeros(9)


def _not_finite(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    tensors["generator.w_avg"] = torch.full((8,), float("nan"))


def _no_config(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    del metadata["config"]


def _huge(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    metadata["config"] = json.dumps({**SMALL.to_dict(), "resolution": 1 << 40})


def _strange(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    metadata["config"] = json.dumps({**SMALL.to_dict(), "wings": 2})


def _no_such_level(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    metadata["facts"] = json.dumps({"level": 9})


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_lose_a_tensor, "lacks w_avg"),
        (_wrong_shape, "w_avg is"),
        (_not_finite, "not finite"),
        (_no_config, "does not say what network"),
        (_huge, "power of two"),
        (_strange, "wings"),
        (_no_such_level, "level 9"),
    ],
)
def test_a_file_that_lies_is_one_sentence(
    small: Model, tmp_path: Path, spoil: Callable[[dict[str, torch.Tensor], dict[str, str]], None], words: str
) -> None:
    file = tmp_path / "spoiled.safetensors"
    save_model(file, small)
    tensors, metadata = load_file(file), tensor_file.read_safetensors(file)[0]
    spoil(tensors, metadata)
    save_file(tensors, file, metadata)
    with pytest.raises(ValueError, match=words) as caught:
        load_model(file)
    assert "spoiled.safetensors" in str(caught.value)


@pytest.mark.parametrize("part", [0.2, 0.6, 0.99])
def test_a_torn_file_is_one_sentence(small: Model, tmp_path: Path, part: float) -> None:
    file = tmp_path / "torn.safetensors"
    save_model(file, small)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(ValueError, match=r"torn\.safetensors"):
        load_model(file)


def test_a_model_larger_than_memory_is_refused(small: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_model(tmp_path / "big.safetensors", small)
    monkeypatch.setattr(tensor_file, "available_memory", lambda: 1000)
    with pytest.raises(ValueError, match="B are free"):
        load_model(tmp_path / "big.safetensors")


def test_missing_files_and_folders_without_checkpoints_say_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "nothing")
    with pytest.raises(ValueError, match="folder without checkpoints"):
        load_model(tmp_path)


def test_a_failed_save_leaves_the_old_file_whole(small: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "kept.safetensors"
    save_model(file, small)
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tensor_file, "save_file", full)
    with pytest.raises(OSError, match="No space left"):
        save_model(file, small)
    assert file.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["kept.safetensors"]


def test_many_large_pictures_are_drawn_a_few_at_a_time(small: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """32 of 1024² at once took more memory than most machines have."""
    ws = torch.randn(5, 6, 8)
    maps = [torch.randn(5, 1, side, side) for side in small.info.noise_resolutions]
    drawn: list[int] = []
    small.generator.synthesis.register_forward_pre_hook(lambda _, given: drawn.append(len(given[0])))
    for noise in ("const", maps, [0.5] * len(maps)):
        monkeypatch.setattr(module, "AT_ONCE", 5 * 16**2)
        whole = small.synthesis(ws, noise)
        monkeypatch.setattr(module, "AT_ONCE", 2 * 16**2)
        torch.testing.assert_close(small.synthesis(ws, noise), whole)
    assert drawn == [5, 2, 2, 1] * 3


def test_random_noise_is_of_each_picture_and_stored_noise_of_all(small: Model) -> None:
    for layer in small.generator.synthesis.layers:
        layer.noise_strength.data.fill_(1)
    ws = torch.randn(1, 6, 8).expand(2, -1, -1)
    for noise, alike in (("random", False), ("const", True)):
        one, other = small.synthesis(ws, noise)
        assert torch.allclose(one, other) == alike


def test_inputs_of_the_wrong_shape_are_one_sentence(small: Model) -> None:
    with pytest.raises(ValueError, match=r"z of \[N, 8\]"):
        small.mapping(torch.zeros(1, 9))
    with pytest.raises(ValueError, match=r"ws of \[N, 6, 8\]"):
        small.synthesis(torch.zeros(1, 5, 8))
    with pytest.raises(ValueError, match="Noise is"):
        small.synthesis(torch.zeros(1, 6, 8), noise="loud")
    with pytest.raises(ValueError, match="levels 0 to 2"):
        small.synthesis(torch.zeros(1, 6, 8), level=3)
    for alpha in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match=r"alpha is .* between 0 and 1"):
            small.synthesis(torch.zeros(1, 6, 8), level=1, alpha=alpha)
