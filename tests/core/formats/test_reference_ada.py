"""NVIDIA's own stylegan2-ada-pytorch file, read and converted here, draws what NVIDIA's code drew from it."""

from functools import cache

import numpy as np
import torch

from stylegan_core.formats.card import read_card
from stylegan_core.importing import Imported, import_file
from tests.core.reference import ADA_PICTURES, reference, tensors


@cache
def imported() -> Imported:
    return import_file(reference("stylegan2-ada-64.pkl"))


def expected() -> dict[str, torch.Tensor]:
    return tensors("stylegan2-ada-64.npz")


def close(found: torch.Tensor, name: str, tolerance: float) -> None:
    wanted = expected()[name]
    np.testing.assert_allclose(found[: len(wanted)].numpy(), wanted.numpy(), atol=tolerance, rtol=0)


def styles(psi: float, cutoff: int) -> torch.Tensor:
    ws, mean = expected()["w"][:, None].repeat(1, 10, 1), imported().model.w_avg
    ws[:, :cutoff] = mean + psi * (ws[:, :cutoff] - mean)
    return ws


def test_mapping() -> None:
    close(imported().model.mapping(expected()["z"]), "w", 1e-5)


@ADA_PICTURES
def test_pictures(name: str, psi: float, cutoff: int, noise: str) -> None:
    close(imported().model.synthesis(styles(psi, cutoff), noise=noise), name, 1e-4)


def test_scores() -> None:
    judge = imported().discriminator
    assert judge is not None
    with torch.no_grad():
        close(judge(expected()["img_psi1"]), "score", 1e-4)


def test_card() -> None:
    card = read_card(reference("stylegan2-ada-64.pkl"))
    assert (card.resolution, card.z_dim, card.w_dim, card.drawn) == (64, 48, 40, "G_ema")
    assert card.parameters == imported().model.info.parameters
