"""This project's own safetensors when what they say is nonsense: card and model refuse alike, in one sentence."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from stylegan_core.files.tensor_file import read_safetensors
from stylegan_core.formats.card import read_card
from stylegan_core.formats.own_file import STATE_FORMAT
from stylegan_core.model import load_discriminator, load_model, save_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_discriminator, build_generator

SMALL = NetworkConfig(8, z_dim=8, w_dim=8, mapping_layers=1, mapping_width=8, fmap_base=64, fmap_max=8)
DEEP = "[" * 100_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    save_model(tmp_path / "own.safetensors", build_generator(SMALL), discriminator=build_discriminator(SMALL))
    return tmp_path / "own.safetensors"


def told(file: Path, **metadata: str) -> None:
    save_file(load_file(file), file, {**read_safetensors(file)[0], **metadata})


def sized(**changes: object) -> str:
    return json.dumps(SMALL.to_dict() | changes)


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"format": STATE_FORMAT}, "same name without .state"),
        ({"facts": '{"level": 1e999}'}, "facts that cannot be read"),
        ({"facts": '{"alpha": 1' + "0" * 400 + "}"}, "facts that cannot be read"),
        ({"facts": '{"alpha": NaN}'}, "level 1, alpha nan"),
        ({"facts": '{"notes": 5}'}, "facts that cannot be read"),
        ({"facts": '{"notes": null}'}, "facts that cannot be read"),
        ({"facts": DEEP}, "facts that cannot be read"),
        ({"facts": "[]"}, "facts that cannot be read"),
        ({"facts": '{"level": 7}'}, "level 7"),
        ({"config": DEEP}, "does not say what network"),
        ({"config": "[]"}, "no table"),
        ({"config": sized(norm_eps=float("nan"))}, "norm_eps"),
        ({"config": sized(norm_eps=float("inf"))}, "norm_eps"),
        ({"config": sized(norm_eps=-1e-8)}, "norm_eps"),
        ({"config": sized(norm_eps=10**400)}, "norm_eps"),
        ({"config": sized(resolution=10**400)}, "power of two"),
    ],
)
def test_nonsense_in_the_metadata(file: Path, metadata: dict[str, str], said: str) -> None:
    told(file, **metadata)
    for opened in (read_card, load_model) + ((load_discriminator,) if "config" in metadata else ()):
        with pytest.raises(ValueError, match=said) as caught:
            opened(file)
        assert str(caught.value).startswith(f"{file}: it ") and len(str(caught.value)) < 600


Turn = Callable[[torch.Tensor], torch.Tensor]


@pytest.mark.parametrize(
    "turn",
    [
        lambda t: t.to(torch.float8_e4m3fn),
        lambda t: torch.complex(t, t),
        lambda t: t.to(torch.int32),
    ],
)
def test_numbers_of_another_type(file: Path, turn: Turn) -> None:
    save_file({name: turn(tensor) for name, tensor in load_file(file).items()}, file, read_safetensors(file)[0])
    for opened in (read_card, load_model, load_discriminator):
        with pytest.raises(ValueError, match="type that networks do not have"):
            opened(file)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_every_type_of_weights_opens(file: Path, dtype: torch.dtype) -> None:
    save_file({name: t.to(dtype) for name, t in load_file(file).items()}, file, read_safetensors(file)[0])
    assert load_model(file).info.parameters == read_card(file).parameters


def test_numbers_beyond_float32_are_not_finite(file: Path) -> None:
    wide = {name: t.double() for name, t in load_file(file).items()}
    wide["generator.w_avg"][0] = 1e300
    save_file(wide, file, read_safetensors(file)[0])
    with pytest.raises(ValueError, match="not finite"):
        load_model(file)


def test_what_a_file_says_is_safe_to_show(file: Path) -> None:
    said = {"name": "a\ud800", "origin": "\x1b[2J\nCode  nothing", "notes": ["\x1b[31mred" + "x" * 9999] * 99}
    told(file, facts=json.dumps(said))
    card, info = read_card(file), load_model(file).info
    assert info.name == "a?" and card.origin == info.origin == "?[2J?Code  nothing"
    assert card.notes == info.notes and len(card.notes) == 20
    assert card.notes[0].startswith("?[31mred") and len(card.notes[0]) < 600
