"""ObjectiveConfig: which game generator and discriminator play, as plain data (spec-core 4)."""

from dataclasses import dataclass

LOSSES = ("logistic", "saturating", "wgan", "hinge")


@dataclass(frozen=True, slots=True)
class ObjectiveConfig:
    """The loss and its regularisers beside R1, which is the run's ``gamma``; the defaults are StyleGAN v1's.

    ``loss``: "logistic" (non-saturating), "saturating", "wgan", "hinge". ``r2`` is R1's γ for fakes, due when R1 is.
    ``gradient_penalty`` is λ of WGAN-GP (10), ``drift`` the weight of D(real)² (0.001). ``path_length`` is the weight
    of StyleGAN2's path length regularisation (2), computed every ``path_interval`` generator steps on the batch over
    ``path_shrink``, with an Adam step of its own. ``lazy_steps`` gives R1 and R2 such a step too instead of a ride on
    the loss's. Each Adam's rate and betas then make up for its extra steps, as in StyleGAN2.
    """

    loss: str = "logistic"
    r2: float = 0.0
    gradient_penalty: float = 0.0
    drift: float = 0.0
    path_length: float = 0.0
    path_interval: int = 4
    path_shrink: int = 2
    lazy_steps: bool = False
    beta1: float = 0.0
    beta2: float = 0.99

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise ValueError(f"objective.loss is one of {', '.join(LOSSES)}, not {self.loss!r}.")
        if min(self.r2, self.gradient_penalty, self.drift, self.path_length) < 0:
            raise ValueError(
                "The weights of the objective (r2, gradient_penalty, drift, path_length) are not negative."
            )
        if self.path_interval < 1 or self.path_shrink < 1:
            raise ValueError("objective.path_interval and path_shrink are at least 1.")
        if not (0 <= self.beta1 < 1 and 0 <= self.beta2 < 1):
            raise ValueError("objective.beta1 and beta2 lie between 0 and 1 (not 1).")
        if self.drift and self.loss != "wgan":
            raise ValueError("objective.drift keeps the scores of the loss wgan near zero; other losses need none.")

    def discriminator_share(self, gamma: float, interval: int) -> float:
        """c = n/(n + 1) for regularisation every n steps with a step of its own, else 1 (spec-core 4)."""
        return interval / (interval + 1) if self.lazy_steps and interval > 1 and gamma + self.r2 > 0 else 1.0

    @property
    def generator_share(self) -> float:
        """As :meth:`discriminator_share`, for the path length."""
        every = self.path_interval
        return every / (every + 1) if self.path_length > 0 and every > 1 else 1.0
