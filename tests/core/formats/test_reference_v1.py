"""NVIDIA's own v1 file, read and converted here, draws what NVIDIA's code drew from it."""

from functools import cache

import numpy as np
import pytest
import torch

from stylegan_core.importing import Imported, import_file
from tests.core.reference import reference, tensors

LODS = (0.3, 1.0, 1.6)


@cache
def imported() -> Imported:
    return import_file(reference("stylegan-v1-64.pkl"))


def expected() -> dict[str, torch.Tensor]:
    return tensors("stylegan-v1-64.npz")


def state(lod: float) -> tuple[int, float]:
    return 4 - int(lod), 1 - (lod - int(lod))


def close(found: torch.Tensor, name: str, tolerance: float) -> None:
    np.testing.assert_allclose(found.numpy(), expected()[name].numpy(), atol=tolerance, rtol=0)


def truncated(psi: float, cutoff: int) -> torch.Tensor:
    ws, mean = expected()["w"].clone(), imported().model.w_avg
    ws[:, :cutoff] = mean + psi * (ws[:, :cutoff] - mean)
    return ws


def test_mapping() -> None:
    w = imported().model.mapping(expected()["z"])
    close(w[:, None].expand(-1, 10, -1), "w", 1e-5)


@pytest.mark.parametrize(
    ("name", "psi", "cutoff"), [("img_psi1", 1.0, 10), ("img_psi07_cut8", 0.7, 8), ("img_psi05_all", 0.5, 10)]
)
def test_pictures_at_every_truncation(name: str, psi: float, cutoff: int) -> None:
    close(imported().model.synthesis(truncated(psi, cutoff)), name, 1e-4)


@pytest.mark.parametrize("lod", LODS)
def test_pictures_of_a_growing_network(lod: float) -> None:
    level, alpha = state(lod)
    close(imported().model.synthesis(expected()["w"], level=level, alpha=alpha), f"img_lod{lod}", 1e-4)


@pytest.mark.parametrize("lod", LODS)
def test_mixed_pictures(lod: float) -> None:
    level, alpha = state(lod)
    ws = expected()["w"].clone()
    ws[0, 4:] = ws[1, 4:]
    close(imported().model.synthesis(ws, level=level, alpha=alpha), f"mix_lod{lod}", 1e-4)


@torch.no_grad()
def score(picture: torch.Tensor, level: int, alpha: float) -> torch.Tensor:
    judge = imported().discriminator
    assert judge is not None
    side = 4 << level
    small = torch.nn.functional.avg_pool2d(picture, picture.shape[-1] // side)
    found: torch.Tensor = judge(small, level=level, alpha=alpha)
    return found


@pytest.mark.parametrize("lod", LODS)
def test_scores_of_a_growing_network(lod: float) -> None:
    close(score(expected()[f"img_lod{lod}"], *state(lod)), f"score_lod{lod}", 1e-5)


def test_scores_at_full_size() -> None:
    close(score(expected()["img_psi1"], 4, 1.0), "score_lod0", 1e-5)


def test_facts() -> None:
    model = imported().model
    assert (model.resolution, model.num_layers, model.z_dim, model.w_dim) == (64, 10, 48, 48)
    assert (model.level, model.alpha, model.classes) == (4, 1.0, ())
