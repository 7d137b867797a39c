"""The process that draws, with flat colours instead of torch; one picture, file and job ends it as the system would."""

import os
import signal
import time
from pathlib import Path

from explorer.jobs import Request, Save
from explorer.renderer.child import main
from explorer.renderer.rendering import Pixels, Precision, Report, Steps
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe
from tests.explorer.fake_backend import FakeBackend


class MortalBackend(FakeBackend):
    """Dies while it reads a certain file, draws a certain picture or begins a certain job; misses what is gone.

    What is saved as "slow" takes until there is a "slow.go" beside it.
    """

    def load(self, path: str, report: Report) -> ModelInfo:
        if "deadly" in path:
            os.kill(os.getpid(), signal.SIGKILL)
        if "there" in path and not Path(path).exists():
            raise ValueError(f"{path} is gone: choose another file.")
        return super().load(path, report)

    def job(self, request: Request) -> Steps:
        if request.owner == "deadly":
            os.kill(os.getpid(), signal.SIGKILL)
        while isinstance(request, Save) and request.path.endswith("slow") and not Path(request.path + ".go").exists():
            time.sleep(0.01)
        return super().job(request)

    def draw(self, recipe: Recipe, precision: Precision) -> Pixels:
        if recipe.psi == 1.9:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().draw(recipe, precision)


if __name__ == "__main__":
    main(MortalBackend)
