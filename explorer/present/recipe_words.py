"""What is seen, in words of the field, for those who look at a picture and at nothing else."""

from explorer.present.caption import Part
from stylegan_core.amounts import counted, listed
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import AppliedChannel, Latent, Mix, Recipe

Words = tuple[list[Part], list[Part]]


def words(recipe: Recipe, info: ModelInfo) -> Words:
    """The network and where the face comes from, and what was done to it: directions, channels, mixing …"""
    first = [Part(info.name), *_class(recipe, info), Part(origin(recipe.latent)), *_psi(recipe, info)]
    second = [Part(f"{each.direction.name} {each.strength:+.1f}") for each in recipe.directions if each.strength]
    bent = [each for each in recipe.channels if each.strength and info.has_channel(each.layer, each.channel)]
    second += [Part(f"{_channel(each, info)} {each.strength:+.1f}") for each in bent]
    mixes = [each for each in recipe.mixes if each.weight and (each.band or each.first < info.num_layers)]
    second += [Part(_mix(each, info), each.band or "text") for each in mixes]
    return first, [*second, *_transform(recipe, info), *_noise(recipe, info), *_growth(recipe, info)]


def film_words(second: float, seconds: float, info: ModelInfo) -> Words:
    """A moment of a film: what it does to the face lies between its pictures and has no name."""
    return [Part(info.name), Part(f"film, {second:.0f} of {seconds:.0f} s")], []


def origin(latent: Latent) -> str:
    """ "seed 42", "between seeds 42 and 43", "a stored face"."""
    if latent.w is not None:
        return "a stored face"
    seeds = [str(seed) for seed, _ in latent.corners()]
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"between seeds {listed(seeds)}"


def _class(recipe: Recipe, info: ModelInfo) -> list[Part]:
    """A recipe without a label is drawn as the first class."""
    return [Part(info.classes[recipe.label or 0])] if info.classes else []


def _psi(recipe: Recipe, info: ModelInfo) -> list[Part]:
    if info.why_not("truncation"):
        return []
    if recipe.psi_bands is not None:
        return [Part(f"psi {' / '.join(f'{psi:.2f}' for psi in recipe.psi_bands)}")]
    where = "" if recipe.psi else " (the mean face)"
    if recipe.cutoff is not None and recipe.cutoff < info.num_layers:
        where = f" on the first {counted(recipe.cutoff, 'layer')}"
    return [Part(f"psi {recipe.psi:.2f}{where}")]


def _channel(channel: AppliedChannel, info: ModelInfo) -> str:
    """What a person calls it, or else where it is."""
    return channel.name or f"channel {info.channel_name(channel.layer, channel.channel)}"


def _mix(mix: Mix, info: ModelInfo) -> str:
    what = mix.band or _layers(mix.first, mix.last, info) or "every layer"
    part = "" if mix.weight == 1 else f" {100 * mix.weight:.0f} %"
    return f"{what}{part} from {origin(mix.source)}"


def _layers(first: int, last: int | None, info: ModelInfo) -> str:
    """ "layer 4", "layers 4–7", or nothing for every layer."""
    end = info.num_layers - 1 if last is None else min(last, info.num_layers - 1)
    if first <= 0 and end == info.num_layers - 1:
        return ""
    return f"layer {first}" if first == end else f"layers {first}–{end}"


def _transform(recipe: Recipe, info: ModelInfo) -> list[Part]:
    if info.why_not("transform"):
        return []
    done, said = recipe.transform, list[str]()
    if done.x or done.y:
        said.append(f"moved {done.x:+.2f} {done.y:+.2f}")
    if done.rotation:
        said.append(f"turned {done.rotation:+.4g}°")
    return [Part(each) for each in said]


def _noise(recipe: Recipe, info: ModelInfo) -> list[Part]:
    layers = [recipe.noise_layer(layer) for layer in range(info.num_noise_layers)]
    if not layers or info.why_not("noise"):
        return []
    on = [layer for layer in layers if layer.on and layer.strength]
    if not on:
        return [Part("no noise")]
    said = [f"noise in {len(on)} of {len(layers)} layers"] if len(on) < len(layers) else []
    seeds, strengths = {layer.seed for layer in on} - {None}, {layer.strength for layer in on}
    if seeds:
        said.append("other noise")
    if strengths != {1.0}:
        same = f" × {strengths.pop():.2f}" if len(strengths) == 1 else " of several strengths"
        said.append(f"noise{same}")
    return [Part(each) for each in said]


def _growth(recipe: Recipe, info: ModelInfo) -> list[Part]:
    """Where another level or alpha is drawn than the network was grown to."""
    if info.why_not("growing") or (recipe.level is None and recipe.alpha is None):
        return []
    level = info.level if recipe.level is None else recipe.level
    alpha = info.alpha if recipe.alpha is None else recipe.alpha
    return [Part(f"grown to {4 << level}², alpha {alpha:.2f}")]
