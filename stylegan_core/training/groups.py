"""Groups of settings of a run beside its network, plan and objective, as plain data: what is shown, how, from where."""

from dataclasses import dataclass

FITS = ("crop", "letterbox")
PAPER_TARGET = 0.6  # of adaptive augmentation (arXiv 2006.06676)


@dataclass(frozen=True, slots=True)
class DataConfig:
    """What is shown: ``label`` an attribute to train on, ``mirror`` flips half of the pictures.

    ``path`` and ``fingerprint`` (of names and sizes) are noted when the run starts.
    """

    path: str = ""
    fingerprint: str = ""
    label: str | None = None
    mirror: bool = False
    fit: str = "crop"

    def __post_init__(self) -> None:
        if self.fit not in FITS:
            raise ValueError(f"data.fit is crop or letterbox, not {self.fit!r}.")


@dataclass(frozen=True, slots=True)
class AdaConfig:
    """Adaptive discriminator augmentation; ``target`` of E[sign D(real)] (0: off, 0.6 as in the paper).

    Every ``interval`` discriminator steps p moves so that it would go from 0 to 1 within ``kimg``; it never passes
    ``most``, for near 1 augmentations begin to show in the generated pictures (arXiv 2006.06676, section 2.2).
    """

    target: float = 0.0
    interval: int = 4
    kimg: float = 500.0
    most: float = 0.8

    def __post_init__(self) -> None:
        if not 0 <= self.target < 1 or self.interval < 1 or self.kimg <= 0 or not 0 <= self.most < 1:
            raise ValueError("ada: target and most lie in 0…1 (not 1), interval and kimg above 0.")


@dataclass(frozen=True, slots=True)
class InitConfig:
    """What a run was started from (``--init``); ``grown`` begins at the level that network had reached.

    ``begun`` is noted when the run starts: the highest level whose layers it takes over, trained or in training there
    (−1: none; None: a run of a version that did not note it).
    """

    path: str = ""
    grown: bool = True
    begun: int | None = None


@dataclass(frozen=True, slots=True)
class CriticConfig:
    """The critic beside the discriminator (training/critic.py): ``weight`` of its verdict in the generator's loss.

    ``weight`` 0 leaves it out; ``side`` is the size of the pictures it sees, ``rate`` the learning rate of its heads.
    ``gamma`` is the weight of R1 at the frozen maps, which keeps it from winning by too much.
    It joins when the run has seen ``from_kimg`` thousand images: beside a generator that drew nothing yet, and without
    ``gamma``, it made one face of all (docs/models.md).
    """

    weight: float = 0.0
    side: int = 64
    rate: float = 0.001
    from_kimg: float = 0.0
    gamma: float = 0.0

    def takes_part(self, img: int) -> bool:
        """Whether there is a critic and it has joined a run that has seen so many images."""
        return self.weight > 0 and img >= self.from_kimg * 1000

    def __post_init__(self) -> None:
        if min(self.weight, self.from_kimg, self.gamma) < 0 or self.rate <= 0:
            raise ValueError("critic: weight, from_kimg and gamma are not negative, rate more than 0.")
        if self.side not in (32, 64, 128, 256):
            raise ValueError(f"critic.side is 32, 64, 128 or 256, not {self.side}.")
