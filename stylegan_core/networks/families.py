"""What all networks of one architecture have in common, as plain data: how they grow, and which switches they know."""

from dataclasses import dataclass

SWITCHES = ("styles", "const_input", "noise", "instance_norm", "pixel_norm", "blur")
PORT_SWITCHES = ("norm_eps", "from_rgb_activation", "bias_before_blur")


@dataclass(frozen=True, slots=True)
class Family:
    """One architecture: ``noise_at_4`` layers with noise work at 4², two at every level above; 0: none anywhere.

    ``layers`` style layers whatever the resolution; 0: two at every level. ``transform``: the input is a plane that
    can be moved and turned.
    ``switches`` are the fields of NetworkConfig that are a choice here; the others must keep their defaults.
    """

    title: str
    styles: bool
    growing: bool
    noise_at_4: int
    switches: tuple[str, ...]
    layers: int = 0
    transform: bool = False


FAMILIES: dict[str, Family] = {
    "stylegan1": Family("StyleGAN v1", True, True, 2, (*SWITCHES, *PORT_SWITCHES, "mapping_layers")),
    "stylegan2-growing": Family("StyleGAN2, growing", True, True, 1, ("mapping_layers", "label_input")),
    "stylegan2": Family("StyleGAN2", True, False, 1, ("mapping_layers", "label_input", "activation_clamp")),
    "lucidrains": Family("StyleGAN2, lucidrains' port", True, False, 2, ("mapping_layers",)),
    "stylegan3": Family(
        "StyleGAN3",
        True,
        False,
        0,
        ("mapping_layers", "label_input", "activation_clamp", "rotation"),
        layers=16,
        transform=True,
    ),
    "dcgan": Family("DCGAN", False, False, 0, ("mapping_layers",)),
}
