"""Which version of this program it is that runs; plain Python."""

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """The version of this program, "source" where it was not installed."""
    try:
        return version("stylegan-explorer")
    except PackageNotFoundError:
        return "source"
