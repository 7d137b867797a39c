"""Starts StyleGAN Explorer: ``python main.py [MODEL | RUN_DIR | PICTURE.png] [--screenshot OUT.png]``."""

import sys

from explorer.start import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
