"""Opening a model must not import what only torch.compile needs: it would cost 1.5 s before the first picture."""

import subprocess
import sys
from pathlib import Path

import torch

from stylegan_core.model import save_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_generator
from stylegan_core.networks.unfilled import unfilled

LOAD = """
import sys
from stylegan_core.model import load_model
load_model(sys.argv[1])
sys.exit("sympy" in sys.modules)
"""


def test_loading_imports_no_compiler(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    config = NetworkConfig(resolution=8, z_dim=8, w_dim=8, mapping_layers=2, mapping_width=8, fmap_base=32, fmap_max=8)
    save_model(path, build_generator(config))
    assert subprocess.run([sys.executable, "-c", LOAD, str(path)], check=False).returncode == 0


def test_an_unfilled_network_has_the_right_shapes_and_takes_no_memory() -> None:
    config = NetworkConfig(resolution=16, z_dim=8, w_dim=8, mapping_width=8, fmap_base=64, fmap_max=8)
    with unfilled():
        empty = build_generator(config)
    assert all(tensor.device.type == "meta" for tensor in empty.state_dict().values())
    full = build_generator(config).state_dict()
    assert {name: t.shape for name, t in empty.state_dict().items()} == {name: t.shape for name, t in full.items()}
    assert torch.randn(2).device.type == "cpu"
