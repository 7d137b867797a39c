# `make run` opens the explorer, `make test` runs the tests; each sets up what is missing first (tools/make.py).
# ARGS goes through: make run ARGS=runs/00001-tiny    make test ARGS=tests/core

# The first Python from 3.11 on that can create a virtual environment, or else the first from 3.11 on.
PYTHON ?= $(shell for modules in "sys, venv, ensurepip" "sys"; do \
	for name in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	"$$name" -c "import $$modules; sys.exit(sys.version_info < (3, 11))" >/dev/null 2>&1 && echo "$$name" && exit; \
	done; done)

.PHONY: run test setup python
.DEFAULT_GOAL := run

run test setup: python
	@"$(PYTHON)" tools/make.py $@ $(ARGS)

python:
	@[ -n "$(PYTHON)" ] || { \
	echo "Python 3.11 or newer is needed: install it (on Debian: apt-get install python3 python3-venv) and try again." >&2; \
	exit 1; }
