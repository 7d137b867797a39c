"""What channels are called: by the library of the open network, by a recipe, and what they may be called."""

from collections.abc import Collection, Mapping, Sequence

from explorer.explore.channels.row import Found, Place
from stylegan_core.latents.channel_effect import ChannelEffect
from stylegan_core.latents.library import NamedChannel
from stylegan_core.recipe import Recipe


class Names:
    """Those of one network; proposals come from what channels were found for."""

    def __init__(self) -> None:
        self._kept: dict[Place, str] = {}  # of the library
        self._proposals: dict[Place, str] = {}

    @property
    def places(self) -> list[Place]:
        """The channels that have a name in the library, in its order."""
        return list(self._kept)

    def show_library(self, channels: Sequence[NamedChannel]) -> None:
        """Takes the names that a library has."""
        self._kept = {each.place: each.name for each in channels}

    def of(self, place: Place, recipe: Recipe) -> str:
        """What the library calls a channel, or else the recipe that it came with; empty where nobody does."""
        own = (each.name for each in recipe.channels if (each.layer, each.channel) == place)
        return self._kept.get(place) or next(own, "")

    def proposal(self, place: Place) -> str:
        """What a channel may be called after what it was found for, with a number where that is taken."""
        words, taken = self._proposals.get(place, ""), {name.casefold() for name in self._kept.values()}
        if not words or words.casefold() not in taken:
            return words
        return next(name for at in range(2, len(taken) + 3) if (name := f"{words} {at}").casefold() not in taken)

    def propose(self, found: Mapping[Place, Found], sought: str, used: Collection[Place]) -> None:
        """Proposes what a search was for; of those before it, channels in use keep their proposals."""
        before = {place: words for place, words in self._proposals.items() if place in used}
        self._proposals = before | {place: _words_for(each, sought) for place, each in found.items()}

    def forget_proposals(self) -> None:
        """Nothing was found in this network yet."""
        self._proposals.clear()


def _words_for(found: Found, sought: str) -> str:
    """What the right end of its slider does."""
    return f"less {sought}" if isinstance(found, ChannelEffect) and found.effect < 0 else sought
