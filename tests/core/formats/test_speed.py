"""A full-size v1 file: processor time and memory of opening it, in a process of its own (run with -m bench)."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.core.formats.tf_files import dumped, generator, network, network_class

CODE = """
import json, pathlib, sys, time
import torch
from stylegan_core.model import load_model
from stylegan_core.formats.card import read_card
from stylegan_core.importing import import_file
high = lambda: int(pathlib.Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])
before = high()
start = time.process_time(); read_card(sys.argv[1]); card = time.process_time() - start
start = time.process_time(); m = load_model(sys.argv[1]); opened = time.process_time() - start
peak = high()
assert m.resolution == 1024 and m.info.parameters == 26_219_627
print(json.dumps({"card": card, "open": opened, "memory": (peak - before) * 1024}))
"""


def full_size(seed: int) -> dict[str, np.ndarray]:
    """A 1024² generator as NVIDIA trained it: 512 wide, 26,219,627 parameters."""
    random = np.random.Generator(np.random.SFC64(seed))
    channels = [min(8192 >> (level + 1), 512) for level in range(9)]
    found: dict[str, np.ndarray] = {"lod": np.float32(0)}

    def make(name: str, *shape: int) -> None:
        found[name] = random.standard_normal(shape, np.float32)

    make("dlatent_avg", 512)
    for i in range(8):
        make(f"mapping/Dense{i}/weight", 512, 512)
        make(f"mapping/Dense{i}/bias", 512)
    for index in range(18):
        level, side = index // 2, 4 << (index // 2)
        outputs, inputs = channels[level], channels[level if index % 2 else max(level - 1, 0)]
        name = ("Conv" if index else "Const") if index < 2 else ("Conv1" if index % 2 else "Conv0_up")
        scope = f"synthesis/{side}x{side}/{name}"
        make(f"synthesis/noise{index}", 1, 1, side, side)
        make(f"{scope}/weight", 3, 3, inputs, outputs) if index else make(f"{scope}/const", 1, outputs, 4, 4)
        make(f"{scope}/Noise/weight", outputs)
        make(f"{scope}/bias", outputs)
        make(f"{scope}/StyleMod/weight", 512, 2 * outputs)
        make(f"{scope}/StyleMod/bias", 2 * outputs)
    for level, width in enumerate(channels):
        make(f"synthesis/ToRGB_lod{8 - level}/weight", 1, 1, width, 3)
        make(f"synthesis/ToRGB_lod{8 - level}/bias", 3)
    return found


def full_discriminator() -> dict[str, np.ndarray]:
    """Its discriminator, 23,087,249 parameters."""
    random = np.random.Generator(np.random.SFC64(9))
    channels = [min(8192 >> (level + 1), 512) for level in range(9)]
    shapes: dict[str, tuple[int, ...]] = {}
    for level, width in enumerate(channels):
        shapes[f"FromRGB_lod{8 - level}"] = (1, 1, 3, width)
        if level:
            shapes[f"{4 << level}x{4 << level}/Conv0"] = (3, 3, width, width)
            shapes[f"{4 << level}x{4 << level}/Conv1_down"] = (3, 3, width, channels[level - 1])
    shapes |= {"4x4/Conv": (3, 3, 513, 512), "4x4/Dense0": (8192, 512), "4x4/Dense1": (512, 1)}
    found = {f"{name}/weight": random.standard_normal(shape, np.float32) for name, shape in shapes.items()}
    return found | {f"{name}/bias": random.standard_normal(shape[-1], np.float32) for name, shape in shapes.items()}


@pytest.mark.bench
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
@pytest.mark.parametrize("protocol", [2, 4])
def test_a_full_size_file_opens_quickly_and_within_memory(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "file.pkl"
    with network_class() as cls:
        pair = [generator(cls, name, full_size(seed)) for seed, name in enumerate(("G", "Gs"))]
        judge = network(cls, "D", full_discriminator())
        path.write_bytes(dumped((pair[0], judge, pair[1]), protocol))
    size = path.stat().st_size
    done = subprocess.run([sys.executable, "-c", CODE, path], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    said = f"protocol {protocol}: {size / 1e6:.0f} MB, {found}, memory {found['memory'] / size:.2f} of the size"
    sys.stdout.write(said + "\n")
    assert found["open"] < 6, said
    assert found["memory"] < 2.5 * size, said
