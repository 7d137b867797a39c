"""The process that draws, with flat colours instead of torch; psi 1.9 and some files end it as the system would."""

import os
import signal

from explorer.render_child import main
from explorer.rendering import Pixels, Precision, Report
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe
from tests.explorer.fake_backend import FakeBackend


class MortalBackend(FakeBackend):
    """Dies while it reads a certain file or draws a certain picture."""

    def load(self, path: str, report: Report) -> ModelInfo:
        if "deadly" in path:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().load(path, report)

    def draw(self, recipe: Recipe, precision: Precision) -> Pixels:
        if recipe.psi == 1.9:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().draw(recipe, precision)


if __name__ == "__main__":
    main(MortalBackend)
