"""How much of another network a blend takes at each part, as plain data."""

from dataclasses import astuple, dataclass, fields

from stylegan_core.bands import band_of_resolution

RELATED = 0.8  # of kinship (blend.py): below it no pictures are to be expected between two networks
LEAST, MOST = -1.0, 2.0  # beyond 0 and 1 the difference of the two is exaggerated


@dataclass(frozen=True, slots=True)
class Amounts:
    """The share of the second network: 0 is the first alone, 1 the second.

    Of the ``mapping`` network with its mean w, which says who is drawn, and of the layers of each band of resolutions.
    Raises ValueError for what lies outside -1 to 2.
    """

    mapping: float = 0.0
    coarse: float = 0.0
    middle: float = 0.0
    fine: float = 0.0

    def __post_init__(self) -> None:
        for part in fields(self):
            if not LEAST <= getattr(self, part.name) <= MOST:
                raise ValueError(
                    f"A blend takes from {LEAST:g} to {MOST:g} of a model, not {getattr(self, part.name)} of its "
                    f"{part.name} part."
                )

    def at(self, pixels: int | None, resolution: int) -> float:
        """Of a layer that works at ``pixels``² in networks of ``resolution``², or of the mapping where that is None."""
        return self.mapping if pixels is None else float(getattr(self, band_of_resolution(pixels, resolution).name))

    def __str__(self) -> str:
        """In words, in percent: "coarse 100 %, fine 30 %"; "nothing" where all are 0."""
        parts = zip(fields(self), astuple(self), strict=True)
        return ", ".join(f"{part.name} {100 * amount:.0f} %" for part, amount in parts if amount) or "nothing"


def agreement(kin: float) -> str:
    """A kinship (blend.py) in words, "99 %": rounded down, for 99.7 is not all of them."""
    return f"{int(100 * max(kin, 0.0) + 1e-6)} %"
