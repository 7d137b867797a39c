"""What a network is before it has learned anything (spec-core 10: 12–15)."""

import torch

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_discriminator, build_generator
from stylegan_core.networks.mapping import Mapping
from stylegan_core.training.losses import fake_loss, real_loss


@torch.no_grad()
def test_w_of_a_new_mapping() -> None:
    squares, means = [], []
    for seed in range(3):
        torch.manual_seed(seed)
        w = Mapping(NetworkConfig())(torch.randn(200, 512))
        squares.append(w.square().mean().item())
        means.append(w.mean().item())
    assert 1.0 < sum(squares) / 3 < 1.6  # 1.26 ± 0.14 measured on six seeds of the official code
    assert 0.35 < sum(means) / 3 < 0.6


@torch.no_grad()
def test_mean_square_after_each_layer() -> None:
    torch.manual_seed(0)
    generator = build_generator(NetworkConfig(resolution=16, fmap_max=256))
    w = generator.mapping(torch.randn(16, 512))
    energy = w.square().mean().item()
    x = None
    for index, layer in enumerate(generator.synthesis.layers):
        x = layer(x, w, None, torch.float32)
        expected = 1 + 2 * energy if index else energy
        assert abs(x.square().mean().item() / expected - 1) < 0.25, index


@torch.no_grad()
def test_pictures_of_a_new_generator() -> None:
    torch.manual_seed(0)
    generator = build_generator(NetworkConfig(resolution=32))
    ws = generator.mapping(torch.randn(2, 512))[:, None].expand(-1, 8, -1)
    first, second = generator.synthesis(ws, "random"), generator.synthesis(ws, "random")
    assert torch.equal(first, second)  # every noise strength starts at zero
    assert 1.5 < first.std() < 1.85  # 1.64–1.71 measured


@torch.no_grad()
def test_scores_of_a_new_discriminator() -> None:
    losses = []
    for seed in range(4):
        torch.manual_seed(seed)
        judge = build_discriminator(NetworkConfig(resolution=16, fmap_max=128))
        scores = judge(torch.randn(8, 3, 16, 16))
        assert scores.abs().max() < 2
        losses.append((fake_loss(scores) + real_loss(scores)).item())
    assert 1.38 < sum(losses) / 4 < 1.6  # 2·ln 2 where every score is 0


@torch.no_grad()
def test_what_starts_at_zero_and_one() -> None:
    generator = build_generator(NetworkConfig(resolution=8, fmap_max=8))
    state = generator.state_dict()
    assert torch.equal(state["synthesis.layers.0.const"], torch.ones(1, 8, 4, 4))
    zeros = [name for name in state if name.endswith(("bias", "noise_strength")) or name == "w_avg"]
    assert len(zeros) == 4 * 3 + 2 + 8 + 1
    assert all(not state[name].any() for name in zeros)
