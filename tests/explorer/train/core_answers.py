"""What the core answers about data and about what a run costs, for tests that do not ask it."""

REPORT = {"pictures": 5000, "resolution": 64, "unreadable": {}, "tiny": {}, "identical": [], "similar": []}
COSTS = {
    "levels": [
        {"resolution": 4, "kimg": 5.0, "batch": 32, "img_per_s": 900.0, "seconds": 5.5, "measured": True,
         "memory": 4e8, "disk": 2e7},
        {"resolution": 8, "kimg": 45.0, "batch": 16, "img_per_s": 45.25, "seconds": 994.5, "measured": False,
         "memory": 9e8, "disk": 7e7},
    ],
    "seconds": 1000.0, "memory": 9e8, "memory_free": 6e9, "disk": 1e8, "disk_free": 5e10, "problems": [],
    "network": "StyleGAN v1, 8×8, 3.4 M parameters", "device": "CPU", "precision": "bfloat16",
}  # fmt: skip
