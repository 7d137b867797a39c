"""How the training workspace says numbers and states: durations, kimg, and the one sentence on top."""

from stylegan_core.amounts import duration, thousands
from stylegan_core.schedule import Phase


def kimg_text(kimg: float) -> str:
    """Thousands of real images shown, with decimals while there are few: "0.064 kimg", "3.4 kimg", "328 kimg"."""
    return f"{kimg_number(kimg)} kimg"


def kimg_number(kimg: float) -> str:
    """The number alone, for captions."""
    if kimg < 1:
        return f"{kimg:.3f}".rstrip("0").rstrip(".")
    return f"{kimg:.1f}".removesuffix(".0") if kimg < 20 else thousands(kimg)


def square(resolution: int) -> str:
    """A resolution as it is written everywhere: "32×32"."""
    return f"{resolution}×{resolution}"


def headline(phase: Phase, is_last: bool, seconds_left_in_phase: float | None, is_only: bool = False) -> str:
    """What the network learns right now and how long this phase still takes; rich text, alpha in bold.

    ``is_only`` for a run that has one level alone, in which nothing fades.
    """
    wait = "" if seconds_left_in_phase is None else f"{duration(seconds_left_in_phase)} "
    here, above, below = phase.resolution, phase.resolution * 2, phase.resolution // 2
    if phase.kind == "fade":
        then = f" — {wait}until {square(here)} is stable" if wait else ""
        return f"Fading {square(below)} into {square(here)}, <b>alpha {phase.alpha:.2f}</b>{then}"
    if is_only:
        then = f" — {wait}left" if wait else ""
        return f"Training at {square(here)}, the whole network at once{then}"
    if is_last:
        then = f" — {wait}left" if wait else ""
        return f"Stable at {square(here)}, the whole network, <b>alpha 1</b>{then}"
    then = f" — {wait}until {square(above)} fades in" if wait else ""
    return f"Stable at {square(here)}, <b>alpha 1</b>{then}"


KIMG = "kimg: thousands of real pictures shown to the discriminator"


def hover_text(phase: Phase, kimg: float) -> str:
    """What the timeline says about one point of the run: level, alpha, kimg, batch and rate."""
    what = f"{square(phase.resolution)} fading in" if phase.kind == "fade" else f"{square(phase.resolution)} stable"
    return (
        f"{what} · level {phase.level} · alpha {phase.alpha:.2f}\n"
        f"{kimg_text(kimg)} · batch {phase.batch} · rate {phase.rate:g}\n{KIMG}"
    )
