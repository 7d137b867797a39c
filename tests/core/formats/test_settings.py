"""Settings in a file that change its pictures: drawn as they say, or refused by name."""

from pathlib import Path
from typing import Any

import pytest
import torch

from stylegan_core.formats.limits import RefusedFile
from stylegan_core.model import load_model
from tests.core.formats import literal
from tests.core.formats.corpus import ada_pickle, ada_state
from tests.core.formats.test_stylegan2_files import LAYERS, LEVELS, styles, tf_network, tf_variables
from tests.core.formats.test_tensorflow_v1 import progan_variables, variables
from tests.core.formats.tf_files import dumped, generator, network, network_class

Settings = dict[str, Any]


def test_tensorflow_activations_are_cut(tmp_path: Path) -> None:
    """ADA's TensorFlow release trains in 16 bits with conv_clamp; here it is low enough to show."""
    found, limit = tf_variables(), 0.5
    with network_class() as cls:
        (tmp_path / "file.pkl").write_bytes(dumped(generator(cls, "Gs", found, conv_clamp=limit, num_fp16_res=4), 4))
    const, layers, rgbs = tf_network(found, False)
    ws = styles()
    x, image = const.expand(len(ws), -1, -1, -1), torch.zeros(())
    for index in range(LAYERS):
        x = layers[index].draw(x, ws[:, index]).clamp(-limit, limit)
        if index % 2 == 0:
            own = rgbs[index // 2].rgb(x, ws[:, index + 1]).clamp(-limit, limit)
            image = literal.rgb_up(image) + own if index else own
    assert index == LAYERS - 1 and image.shape[-1] == 4 << (LEVELS - 1)
    model = load_model(tmp_path / "file.pkl")
    torch.testing.assert_close(model.synthesis(ws), image, atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize("value", [-1, "much", True, float("nan")])
def test_a_senseless_cut_is_refused(tmp_path: Path, value: object) -> None:
    with network_class() as cls:
        (tmp_path / "file.pkl").write_bytes(dumped(generator(cls, "Gs", tf_variables(), conv_clamp=value), 4))
    with pytest.raises(RefusedFile, match="activations are cut"):
        load_model(tmp_path / "file.pkl")


@pytest.mark.parametrize(
    "settings",
    [
        {"synthesis_kwargs": {"activation": "relu"}},
        {"mapping_kwargs": {"activation": "linear"}},
        {"activation": "relu"},
    ],
)
def test_ada_with_another_activation(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "file.pkl").write_bytes(ada_pickle({"G_ema": ada_state()}, z_dim=2, **settings))
    with pytest.raises(RefusedFile, match=r"activation='(relu|linear)', which is not drawn here"):
        load_model(tmp_path / "file.pkl")


def test_ada_with_the_usual_activation(tmp_path: Path) -> None:
    settings = {"synthesis_kwargs": {"activation": "lrelu"}, "mapping_kwargs": {"activation": "lrelu"}}
    (tmp_path / "file.pkl").write_bytes(ada_pickle({"G_ema": ada_state()}, z_dim=2, **settings))
    assert load_model(tmp_path / "file.pkl").resolution == 8


@pytest.mark.parametrize(
    "settings",
    [
        {"use_leakyrelu": False},
        {"use_wscale": False},
        {"use_pixelnorm": False},
        {"normalize_latents": False},
        {"pixelnorm_epsilon": 0.1},
    ],
)
def test_progressive_gan_with_other_settings(tmp_path: Path, settings: Settings) -> None:
    with network_class("tfutil") as cls:
        made = network(cls, "Gs", progan_variables(True), static_kwargs=settings)
        (tmp_path / "file.pkl").write_bytes(dumped(made, 2))
    with pytest.raises(RefusedFile, match=f"made with {next(iter(settings))}="):
        load_model(tmp_path / "file.pkl")


def test_a_setting_of_one_part_is_not_hidden_by_another(tmp_path: Path) -> None:
    with network_class() as cls:
        made = generator(cls, "Gs", variables(), use_wscale=True)
        made.state["components"]["mapping"].state["static_kwargs"] = {"use_wscale": False}
        (tmp_path / "file.pkl").write_bytes(dumped(made, 4))
    with pytest.raises(RefusedFile, match="use_wscale=False"):
        load_model(tmp_path / "file.pkl")
