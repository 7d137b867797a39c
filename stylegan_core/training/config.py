"""TrainingConfig: everything a run is decided by, the presets, and their JSON; plain Python."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import partial
from typing import Any, Self

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.schedule import Growth, LevelPlan, official_growth
from stylegan_core.training.family import FAMILY
from stylegan_core.training.groups import AdaConfig, CriticConfig, DataConfig, InitConfig
from stylegan_core.training.names import settable, unknown_setting
from stylegan_core.training.objective import ObjectiveConfig
from stylegan_core.training.sense import KINDS, check_kinds, check_numbers, kinds_of

VERSION = 1


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """A whole run. ``gamma`` is R1's weight at native full resolution, 4^−k of it k levels below (spec-core 4).

    ``r1_interval``: every how many steps R1 is computed, its weight multiplied by it (1: always, as in the paper).
    ``r1_groups``: of how many minibatch-deviation groups of the batch (0: all, as in the paper); the same in the mean.
    ``ema_kimg``: half-life of the averaged generator; at first it is ``ema_ramp`` of the images seen (0: no ramp).
    ``snapshot_kimg``: checkpoint and samples; at least every ``checkpoint_minutes`` a checkpoint. The newest ``keep``
    checkpoints stay, and of the older ones the first of every ``keep_every``-th kimg (0: none).
    ``noise_rate`` multiplies the learning rate of noise strengths, ``mapping_rate`` that of the mapping network, which
    is a hundredth of the other layers' (1: as in the paper). ``settle_steps`` are spent, whenever the network grows, on
    fitting the new layers to what the level below draws (0: none, as in the paper).
    ``micro_batch`` images are computed at a time (0: all), ``threads`` 0 means decide at the start of the run.
    ``precision`` is "auto", "float32" or "bfloat16"; ``device`` empty means the best there is.
    ``metric_kimg``: how often FD-E is measured (0: only on request), over ``metric_count`` pictures a side.
    ``asked`` are the settings that a person made, as they were given; what came of them is in the other fields.
    """

    preset: str
    meaning: str
    network: NetworkConfig
    growth: Growth
    gamma: float = 10.0
    r1_interval: int = 1
    r1_groups: int = 0
    style_mixing: float = 0.9
    noise_rate: float = 1.0
    mapping_rate: float = 1.0
    settle_steps: int = 0
    ema_kimg: float = 10.0
    ema_ramp: float = 0.0
    snapshot_kimg: float = 50.0
    checkpoint_minutes: float = 5.0
    keep: int = 3
    keep_every: int = 10
    micro_batch: int = 0
    metric_kimg: float = 0.0
    metric_count: int = 1000
    seed: int = 0
    threads: int = 0
    device: str = ""
    precision: str = "auto"
    data: DataConfig = field(default_factory=DataConfig)
    objective: ObjectiveConfig = field(default_factory=ObjectiveConfig)
    ada: AdaConfig = field(default_factory=AdaConfig)
    critic: CriticConfig = field(default_factory=CriticConfig)
    init: InitConfig = field(default_factory=InitConfig)
    asked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_numbers(self)
        if self.growth.top_level != self.network.levels - 1:
            raise ValueError(
                f"The plan grows to {4 << self.growth.top_level}², the network is one of {self.network.resolution}²; "
                "take the preset of the resolution you want."
            )
        if self.precision not in ("auto", "float32", "bfloat16"):
            raise ValueError(f"precision is auto, float32 or bfloat16, not {self.precision!r}.")
        if self.micro_batch < 0 or self.micro_batch % self.network.mbstd_group:
            raise ValueError(f"micro_batch must be a multiple of {self.network.mbstd_group}, or 0.")
        for plan in self.growth.levels:
            if plan.batch % min(plan.batch, self.network.mbstd_group):
                raise ValueError(f"The batch at level {plan.level} must be a multiple of {self.network.mbstd_group}.")
        self._check_meaning()

    def _check_meaning(self) -> None:
        """Refuses what means nothing for the network: growth, styles or single pictures' gradients it does not have."""
        network, objective = self.network, self.objective
        if not network.family.growing and len(self.growth.levels) > 1:
            raise ValueError(f"A {network.family.title} does not grow: its plan holds the full resolution alone.")
        if not network.has_styles and (self.style_mixing or objective.path_length):
            raise ValueError("Without styles there is nothing to mix; set style_mixing and path_length to 0.")
        if network.d_norm == "batch" and (self.gamma or objective.r2 or objective.gradient_penalty):
            raise ValueError(
                "Batch norm ties the pictures of a batch together, so penalties on the gradient of each mean nothing: "
                "set gamma, r2 and gradient_penalty to 0, or network.d_norm to none or spectral."
            )

    @property
    def begun_level(self) -> int:
        """The highest level whose layers something was trained with before the run, or that its plan begins with."""
        first, init = self.growth.levels[0].level, self.init
        if init.path and init.begun is None:
            return first if init.grown else self.growth.top_level
        return first if init.begun is None or init.begun < 0 else init.begun

    @property
    def settled_levels(self) -> frozenset[int]:
        """The levels whose layers are settled when the run comes to them: those that nothing was trained with."""
        levels = self.growth.levels if self.settle_steps else ()
        return frozenset(plan.level for plan in levels if plan.level > self.begun_level)

    def to_dict(self) -> dict[str, Any]:
        """The configuration as JSON-ready data, for config.json."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Reads :meth:`to_dict`, ignoring what it does not know; raises ValueError on what makes no sense."""
        try:
            made = dict(data)
            check_kinds(cls, data)
            made["network"] = NetworkConfig.from_dict(data["network"])
            made["asked"] = tuple(str(setting) for setting in data.get("asked", ()))
            for plan in data["growth"]["levels"]:
                check_kinds(LevelPlan, plan, "growth.")
            made["growth"] = Growth(tuple(LevelPlan(**plan) for plan in data["growth"]["levels"]))
            for name, group in (
                ("data", DataConfig),
                ("objective", ObjectiveConfig),
                ("ada", AdaConfig),
                ("critic", CriticConfig),
                ("init", InitConfig),
            ):
                check_kinds(group, data.get(name, {}), f"{name}.")
                made[name] = group(**data.get(name, {}))
            return cls(**{item.name: made[item.name] for item in fields(cls) if item.name in made})
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"The run's config.json does not describe a training ({error}).") from None


def plan(*rows: tuple[int, float, float, int], rate: float | Mapping[int, float] = 0.001) -> Growth:
    """A growth plan from rows (resolution, fade kimg, stable kimg, batch); ``rate`` for all, or per resolution."""
    return Growth(
        tuple(
            LevelPlan(side.bit_length() - 3, fade, stable, batch, rate if isinstance(rate, float) else rate[side])
            for side, fade, stable, batch in rows
        )
    )


def _small(resolution: int, base: int, most: int, width: int = 256, layers: int = 4) -> NetworkConfig:
    return NetworkConfig(
        resolution=resolution,
        z_dim=width,
        w_dim=width,
        mapping_width=width,
        mapping_layers=layers,
        fmap_base=base,
        fmap_max=most,
    )


def _small_run(name: str, meaning: str, network: NetworkConfig, growth: Growth, **changes: Any) -> TrainingConfig:
    settings: dict[str, Any] = {"gamma": 1.0, "ema_ramp": 0.05, "snapshot_kimg": 5.0}
    settings |= {"noise_rate": 0.05 if network.noise else 1.0, "settle_steps": 800, **changes}
    return TrainingConfig(name, meaning, network, growth, **settings)


# The paper's run on one GPU (spec-core 5.1): batch and rate by working resolution, 4 and 0.001 elsewhere.
PAPER_BATCH = {4: 128, 8: 128, 16: 128, 32: 64, 64: 32, 128: 16, 256: 8, 512: 4}
PAPER_RATE = {128: 0.0015, 256: 0.002, 512: 0.003, 1024: 0.003}


def _paper(resolution: int) -> TrainingConfig:
    growth = official_growth(resolution, 25_000, batch=PAPER_BATCH, rate=PAPER_RATE)
    meaning = f"FFHQ at {resolution}² as in the paper: 25 million images, weeks on one GPU."
    network = NetworkConfig(resolution=resolution)
    return TrainingConfig(f"ffhq-{resolution}", meaning, network, growth, data=DataConfig(mirror=True))


def _tiny() -> TrainingConfig:
    growth = plan((4, 0, 0.032, 8), (8, 0.032, 0.032, 8), (16, 0.032, 0.064, 8), rate=0.002)
    network = _small(16, 128, 16, 16, 2)
    return _small_run("tiny", "A few seconds at 16², to see a run from start to end.", network, growth, settle_steps=8)


# Weights begin as N(0, 1), so a rate is their relative change in a step of Adam. The paper's 0.002 is for hundreds of
# thousands of steps; in the 20 thousand of a small run it leaves them almost as random as they began (docs/models.md).
SMALL_RATE = 0.01
# What every small run of a network with styles has set apart from the paper. The mapping network has a hundredth of the
# rate; in so few steps it would stay the random projection it began as. All of it: docs/models.md.
_FEW_IMAGES: dict[str, Any] = {"noise_rate": 0.001, "mapping_rate": 80.0, "style_mixing": 0.3, "r1_groups": 1}
_CRITIC = CriticConfig(weight=0.5, rate=0.002, from_kimg=13.0, gamma=5.0)  # joins when 32² has faded in


def _avatars_32() -> TrainingConfig:
    growth = plan((8, 0, 4, 16), (16, 2, 4, 16), (32, 3, 150, 16), rate=SMALL_RATE)
    network = _small(32, 1024, 128)
    meaning = "Avatars at 32²: faces in about half an hour on one CPU core."
    return _small_run("avatars-32", meaning, network, growth, gamma=2.0, critic=_CRITIC, **_FEW_IMAGES)


def _avatars_64() -> TrainingConfig:
    growth = plan((8, 0, 4, 16), (16, 2, 4, 16), (32, 3, 34, 16), (64, 3, 150, 16), rate=SMALL_RATE)
    network = _small(64, 1024, 128)
    meaning = "Avatars at 64²: faces in an hour or two on one CPU core."
    return _small_run("avatars-64", meaning, network, growth, gamma=10.0, critic=_CRITIC, **_FEW_IMAGES)


def _fashion_32() -> TrainingConfig:
    growth = plan((8, 0, 4, 16), (16, 2, 4, 16), (32, 3, 150, 16), rate=SMALL_RATE)
    network = _small(32, 1024, 128)
    meaning = "Fashion-MNIST at 32²: clothes in grey, an hour or two on one CPU core."
    return _small_run("fashion-32", meaning, network, growth, gamma=1.0, critic=_CRITIC, **_FEW_IMAGES)


def _of_family(name: str) -> TrainingConfig:
    row = FAMILY[name]
    return _small_run(name, row.meaning, row.network(), plan(*row.growth, rate=row.rate), **row.changes())


PRESETS: dict[str, Callable[[], TrainingConfig]] = {
    "tiny": _tiny,
    "avatars-32": _avatars_32,
    "avatars-64": _avatars_64,
    "fashion-32": _fashion_32,
    **{name: partial(_of_family, name) for name in FAMILY},
    "ffhq-128": lambda: _paper(128),
    "ffhq-256": lambda: _paper(256),
    "ffhq-512": lambda: _paper(512),
    "ffhq-1024": lambda: _paper(1024),
}


def preset(name: str) -> TrainingConfig:
    """The configuration of a preset; raises ValueError naming those there are."""
    if name not in PRESETS:
        raise ValueError(f"There is no preset {name!r}; there are {', '.join(PRESETS)}.")
    return PRESETS[name]()


def changed(config: TrainingConfig, settings: Iterable[str]) -> TrainingConfig:
    """The configuration with every ``key=value`` applied.

    Keys are fields, dotted below: ``gamma=2``, ``network.fmap_max=64``, ``data.label=hair_colour``,
    ``growth.32.stable_kimg=60`` (the level of 32²), ``growth.rate=0.001`` (every level),
    ``growth.fade_kimg=10`` (all that fade).
    Raises ValueError in one sentence for a key or a value that does not fit.
    """
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise ValueError(f"A change of the preset takes key=value, such as gamma=2, not {setting!r}.")
        key = key.strip()
        if key not in settable(config):
            raise ValueError(unknown_setting(config, key))
        config = _set(config, key.split("."), value.strip(), key)
    return config


def _set(owner: Any, path: list[str], value: str, key: str) -> Any:
    if isinstance(owner, Growth):
        return _set_growth(owner, path, value, key)
    name, rest = path[0], path[1:]
    now = getattr(owner, name)
    kind = next(item.type for item in fields(owner) if item.name == name)
    return replace(owner, **{name: _set(now, rest, value, key) if rest else _read(value, kind, key)})


def _set_growth(growth: Growth, path: list[str], value: str, key: str) -> Growth:
    chosen = {path[0]} if len(path) == 2 else {str(4 << level.level) for level in growth.levels}
    if path == ["fade_kimg"]:
        chosen = chosen - {str(4 << growth.levels[0].level)}  # the first level has nothing to fade from
    return Growth(
        tuple(
            _set(level, path[-1:], value, key) if str(4 << level.level) in chosen else level for level in growth.levels
        )
    )


def _read(value: str, kind: Any, key: str) -> Any:
    wanted, *other = kinds_of(kind)
    if other and value.lower() in ("none", ""):
        return None
    if wanted is bool:
        if value.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise ValueError(f"{key} takes {KINDS[bool]}, not {value!r}.")
        return value.lower() in ("true", "1", "yes")
    if wanted not in KINDS:
        raise ValueError(f"{key} cannot be set by hand.")
    try:
        return wanted(value)
    except ValueError:
        raise ValueError(f"{key} takes {KINDS[wanted]}, not {value!r}.") from None
