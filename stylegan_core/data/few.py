"""How few pictures are too few to learn from, and what is said of them, in the window and on the command line."""

FEW = 1000  # below it a discriminator soon knows each of them
FEW_SAID = "So few pictures are soon learnt by heart; a thousand and more are better."
FEW_CURE = "What helps: a trained network to begin from (--init), ada.target=0.6, data.mirror=true (docs/training.md)."
