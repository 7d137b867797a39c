"""Which drawings and colours of the package the avatar data set uses and how often, and why not the others."""

from collections.abc import Mapping

Weights = Mapping[str, float]

# Tops by what they look like from afar; within a group each is as likely as the others.
HAIR_LENGTHS: dict[str, tuple[str, ...]] = {
    "none": ("hair/none",),
    "short": (
        "hair/short_flat",
        "hair/short_round",
        "hair/short_waved",
        "hair/short_curly",
        "hair/short_dreads_1",
        "hair/caesar",
        "hair/caesar_side_part",
        "hair/buzzcut",
        "hair/pixie",
        "hair/quiff",
        "hair/pompadour",
        "hair/elvis",
        "hair/bun",
        "hair/mohawk",
        "hair/sides",
    ),
    "full": (
        "hair/fro",
        "hair/curly",
        "hair/short_dreads_2",
        "hair/shaggy",
        "hair/shaggy_mullet",
        "hair/mowgli",
        "hair/wild",
    ),
    "long": (
        "hair/bob",
        "hair/mia_wallace",
        "hair/long_not_too_long",
        "hair/straight_1",
        "hair/straight_strand",
        "hair/big_hair",
        "hair/curvy",
        "hair/dreads",
        "hair/twist_long_hair",
    ),
    "covered": ("hat/winter_hat_1", "hat/winter_hat_3", "hat/turban", "hat/hat", "hat/hijab"),
}
LENGTH_WEIGHTS: Weights = {"none": 6, "short": 36, "full": 18, "long": 30, "covered": 10}
TOPS: Weights = {top: LENGTH_WEIGHTS[length] / len(tops) for length, tops in HAIR_LENGTHS.items() for top in tops}

CHOICES: dict[str, Weights] = {
    "facial_hair": {
        "none": 60,
        "beard_light": 10,
        "beard_medium": 10,
        "beard_magestic": 8,
        "moustache_magnum": 7,
        "moustache_fancy": 5,
    },
    "accessory": {
        "none": 58,
        "prescription_1": 5,
        "prescription_2": 10,
        "round": 9,
        "sunglasses": 7,
        "wayfarers": 7,
        "kurt": 4,
    },
    "eyes": {
        "default": 34,
        "happy": 16,
        "closed": 10,
        "side": 10,
        "squint": 10,
        "surprised": 10,
        "wink": 6,
        "heart": 4,
    },
    "eyebrows": {
        "default_natural": 30,
        "flat_natural": 18,
        "raised_excited_natural": 18,
        "angry_natural": 14,
        "sad_concerned_natural": 12,
        "up_down_natural": 8,
    },
    "nose": {"default": 60, "small": 20, "wide": 20},
    "mouth": {
        "smile": 20,
        "big_smile": 14,
        "default": 12,
        "twinkle": 12,
        "serious": 12,
        "sad": 9,
        "concerned": 6,
        "scream_open": 6,
        "tongue": 5,
        "grimace": 4,
    },
    "clothing": {
        "shirt_crew_neck": 20,
        "shirt_scoop_neck": 15,
        "shirt_v_neck": 15,
        "hoodie": 20,
        "collar_sweater": 15,
        "blazer_shirt": 15,
    },
}
COVERED_EYES = ("sunglasses", "wayfarers", "kurt")

# Coarser attributes: which part decides, and the value each drawing of it means.
GROUPS: dict[str, tuple[str, Mapping[str, str]]] = {
    "beard": (
        "facial_hair",
        {name: "none" if name == "none" else name.split("_")[0] for name in CHOICES["facial_hair"]},
    ),
    "glasses": (
        "accessory",
        {
            name: "none" if name == "none" else "dark" if name in COVERED_EYES else "clear"
            for name in CHOICES["accessory"]
        },
    ),
    "smile": (
        "mouth",
        {
            name: "yes" if name in ("smile", "big_smile", "default", "twinkle", "tongue") else "no"
            for name in CHOICES["mouth"]
        },
    ),
    "mouth_open": (
        "mouth",
        {name: "no" if name in ("twinkle", "serious", "sad") else "yes" for name in CHOICES["mouth"]},
    ),
}

# Light to dark, so that an order can be read from them.
SKIN_COLOURS = {
    "pale": "#FFDBB4",
    "yellow": "#F8D25C",
    "light": "#EDB98A",
    "tanned": "#FD9841",
    "brown": "#D08B5B",
    "dark_brown": "#AE5D29",
    "black": "#614335",
}
HAIR_COLOURS = {
    "silver_gray": "#E8E1E1",
    "platinum": "#ECDCBF",
    "blonde_golden": "#D6B370",
    "blonde": "#B58143",
    "pastel_pink": "#F59797",
    "red": "#C93305",
    "auburn": "#A55728",
    "brown": "#724133",
    "brown_dark": "#4A312C",
    "black": "#2C1B18",
}
CLOTHING_COLOURS = {
    "white": "#FFFFFF",
    "pastel_yellow": "#FFFFB1",
    "pastel_green": "#A7FFC4",
    "pink": "#FF488E",
    "red": "#FF5C5C",
    "blue_01": "#65C9FF",
    "blue_02": "#5199E4",
    "blue_03": "#25557C",
    "gray_02": "#929598",
    "black": "#262E33",
}
BACKGROUNDS = {
    "cream": "#FBE6C6",
    "pink": "#FFCBD1",
    "peach": "#FFC49B",
    "sky": "#A9DDF7",
    "periwinkle": "#C9CBFA",
    "lavender": "#BFAEE0",
    "mint": "#ABE3C4",
    "coral": "#EF8272",
    "teal": "#4FAFA6",
    "slate": "#4C5A73",
}

# Every drawing that is not used, and why; a test holds the list against the package.
HIDES_FACE = "hides an eye or more of the face"
OWN_COLOUR = "does not take the hair colour, or brings colours of its own"
CLUTTER = "too small or too busy to be learnt at 32 to 64 pixels"
COSTUME = "a costume: rare, large, unlike everything else"
NOT_A_FACE = "does not show an ordinary face"
SAME = "cannot be told from another at 64 pixels"
EXCLUDED: dict[str, dict[str, str]] = {
    "hair": {
        "curly_2": HIDES_FACE,
        "half_shaved": HIDES_FACE,
        "long_hair_curly": HIDES_FACE,
        "loose_hair": HIDES_FACE,
        "wick": HIDES_FACE,
        "astronaut": COSTUME,
        "bride": OWN_COLOUR,
        "frida": OWN_COLOUR,
        "fro_band": OWN_COLOUR,
        "hat": OWN_COLOUR,
        "shaved_sides": OWN_COLOUR,
        "straight_2": OWN_COLOUR,
        "braids": CLUTTER,
        "cornrows": CLUTTER,
        "dreadlocks": CLUTTER,
        "twist_long_hair_2": CLUTTER,
        "einstein_hair": COSTUME,
        "evil_spike": COSTUME,
        "frizzle": SAME,
    },
    "hat": {
        "chef_cap": COSTUME,
        "gladiator_helmet": COSTUME,
        "jedi": HIDES_FACE,
        "winter_hat_2": CLUTTER,
        "winter_hat_4": CLUTTER,
    },
    "facial_hair": {"einstein_moustache": HIDES_FACE, "wick_beard": CLUTTER},
    "accessory": {"eyepatch": HIDES_FACE, "sunglasses_2": SAME, "wayfarers_2": SAME},
    "eyes": {"cry": CLUTTER, "eye_roll": SAME, "wink_wacky": SAME, "x_dizzy": NOT_A_FACE},
    "eyebrows": {
        "none": NOT_A_FACE,
        "angry": SAME,
        "default": SAME,
        "frown_natural": SAME,
        "raised_excited": SAME,
        "sad_concerned": SAME,
        "unibrow_natural": SAME,
        "up_down": SAME,
    },
    "nose": {},
    "mouth": {"disbelief": SAME, "eating": CLUTTER, "vomit": NOT_A_FACE},
    "clothing": {
        "none": NOT_A_FACE,
        "graphic_shirt": CLUTTER,
        "overall": CLUTTER,
        "blazer_sweater": CLUTTER,
        "astronaut_suit": COSTUME,
        "bond_suit": OWN_COLOUR,
        "chef": COSTUME,
        "gladiator": COSTUME,
        "jedi_robe": COSTUME,
        "shirt_wick": OWN_COLOUR,
    },
}
